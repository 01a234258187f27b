#!/bin/sh
# Connect a WooCommerce shop: run it on the vault's machine as its operator (AMANAH_HOME names the home). It makes the fields, roles
# and keys that the plugin needs and a folder for the shop's machine, outside its web root, to be owned by the web server's user.
#
#   connect.sh URL FOLDER [CUSTOMERS]        CUSTOMERS: how many the shop has at most (default 10000). In the environment, NETWORK=A,B
#                                            binds the keys to the shop's machine; DAILY: how many of them sign in on a busy day
#   connect.sh --back FOLDER [CUSTOMERS]     the key by which everything may be taken back; end it afterwards (amanah key revoke)
set -eu
umask 077
amanah=${AMANAH:-amanah}

usage() {
    sed -n '2,7s/^# *//p' "$0" >&2
    exit 2
}

# member NAME TEXT: of an answer; without one the work ends. Not behind a pipe from the vault: its refusal would be lost there.
member() {
    value=$(printf '%s' "$2" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p")
    [ -n "$value" ] || { echo "connect.sh: the vault told no $1; nothing more is made" >&2; exit 1; }
    printf '%s' "$value"
}

pair=
trap '[ -z "$pair" ] || rm -f "$pair" "$pair.pub"' EXIT

# issue ROLE NAME: a pair for the plugin; the vault gets the public half.
issue() {
    pair=$(mktemp)
    openssl genpkey -algorithm ed25519 -out "$pair"
    openssl pkey -in "$pair" -pubout -out "$pair.pub"
    told=$("$amanah" key issue --role "$1" --name "woocommerce-$2" --public-key "$pair.pub" ${NETWORK:+--network "$NETWORK"} --json)
    id=$(member id "$told")
    seed=$(openssl pkey -in "$pair" -outform DER | tail -c 32 | base64)
    printf '{"id":"%s","seed":"%s"}\n' "$id" "$seed" > "$folder/keys/$2.json"
    rm -f "$pair" "$pair.pub"
    echo "$2: $id"
}

# role NAME OPTIONS: made unless it is there; what is there is left as it is, since widening takes two people.
role() {
    name=$1
    shift
    "$amanah" role list --json | grep -q "\"name\":\"$name\"" || "$amanah" role put "$name" "$@" --quiet > /dev/null
}

[ $# -ge 2 ] || usage
folder=$2 customers=${3:-10000}
daily=${DAILY:-$((customers / 50 + 50))}
mkdir -p "$folder/keys"

if [ "$1" = --back ]; then
    role woo-back --fields woo_account,woo_billing,woo_shipping --purposes migration --acts reveal --ask-reason \
        --minute "$customers" --hour "$customers" --daily "$customers" --monthly "$customers"
    issue woo-back back
    exit 0
fi

for field in woo_account woo_billing woo_shipping; do
    "$amanah" field list --json | grep -q "\"name\":\"$field\"" || "$amanah" field put "$field" --bytes 4000 --quiet > /dev/null
done
all=name,email,phone,addresses
# It writes and compares, and sees no value: so its budget covers the shop. It reads the ledger for the proofs of its receipts.
role woo-write --fields ref --purposes migration --acts create,change,show,import,observe,ledger \
    --minute "$customers" --hour "$customers" --daily "$customers" --monthly "$customers"
role woo-staff --fields "$all,woo_account,woo_billing,woo_shipping" --purposes order,support --acts reveal --ask-reason
role woo-mail --fields email --purposes order --acts reveal
# Who takes the shop over holds both halves of a pass: so they open no more people a day than a busy day needs.
self="--minute $daily --hour $daily --daily $daily"
# shellcheck disable=SC2086 # options, word by word
role woo-signin --fields ref.mask --purposes signin --acts pass $self
# shellcheck disable=SC2086
role woo-front --fields woo_account,woo_billing,woo_shipping --purposes self --acts reveal --ask-pass $self
"$amanah" service put woocommerce --about "the shop's own pages" --fields "$all" --purposes order,support,delivery \
    --route "EVENT order.view = $all" --route "EVENT orders.list = name" --route "EVENT customer.view = $all" \
    --route "EVENT customers.list = name,email" --route "EVENT api.view = $all" --route "EVENT export = $all" --quiet > /dev/null

issue woo-write write
issue woo-signin signin
issue woo-front front
issue orders orders
issue warehouse ship
issue woo-staff staff
issue woo-mail mail
told=$("$amanah" ledger pin --out "$folder/checkpoint" --json)
vkey=$(member vkey "$told")
printf '{"url":"%s","vkey":"%s","service":"woocommerce"}\n' "$1" "$vkey" > "$folder/config.json"
echo "Move $folder beside the shop's web root, give it to the web server's user, and name it in wp-config.php: AMANAH_FOLDER."
