_amanah()
{
    local current=${COMP_WORDS[COMP_CWORD]} first=${COMP_WORDS[1]} second=${COMP_WORDS[2]}
    local words= options=
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W " init serve seal shop synth import subject lookup sign-in sign-out staff key role budget watch grant approval service secret leak playbook report statement words incident evidence profile contact export job field mail self ledger verify law backup restore demo completion help version --help --version" -- "$current"))
        return
    fi
    case $first in
        shop) words="add list" ;;
        subject) words="show reveal close erase history" ;;
        staff) words="add leave left list taught role enrol invite recover" ;;
        key) words="issue rotate session revoke list" ;;
        role) words="put list" ;;
        budget) words="put list" ;;
        watch) words="status alerts trip reset mute canary begin canary plant canary list blast-radius simulate sink put sink list sink drop sink test weekly ingest" ;;
        grant) words="add list" ;;
        approval) words="ask list approve cancel" ;;
        service) words="put list record" ;;
        secret) words="add hold rotated list" ;;
        playbook) words="list show check" ;;
        report) words="draft amend show file" ;;
        statement) words="draft text list show publish" ;;
        words) words="check" ;;
        incident) words="open list show add task claim contain timeline scope check hold exposures facts readiness severity cost export report evidence verify release orphans custody close reopen" ;;
        evidence) words="match" ;;
        profile) words="put show" ;;
        contact) words="put list" ;;
        export) words="ask list show get" ;;
        job) words="list show cancel" ;;
        field) words="put list" ;;
        mail) words="put show test queue" ;;
        ledger) words="checkpoint show prove verify pin witness" ;;
        law) words="list show clocks calendar cost severity check" ;;
    esac
    if [ "$COMP_CWORD" -eq 2 ] && [ -n "$words" ]; then
        COMPREPLY=($(compgen -W "$words" -- "$current"))
        return
    fi
    [ -n "$words" ] && first="$first $second"
    case $first in
        "init") options=" --help --json --quiet --shop --seal --origin" ;;
        "serve") options=" --help --listen --tls-cert --tls-key --proxy --public-origin --countries --log-requests" ;;
        "seal") options=" --help --json --quiet --seal" ;;
        "shop add") options=" --help --json --quiet --home --url --output-curl --output-role --shop --origin" ;;
        "shop list") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "synth") options=" --help --subjects --seed" ;;
        "import") options=" --help --json --quiet --home --url --output-curl --output-role --dry-run --shop --map --format --rejects --on-conflict" ;;
        "subject show") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "subject reveal") options=" --help --json --quiet --home --url --output-curl --output-role --shop --fields --field --purpose --reason --grant" ;;
        "subject close") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "subject erase") options=" --help --json --quiet --yes --home --url --output-curl --output-role --dry-run --shop --reason" ;;
        "subject history") options=" --help --json --quiet --home --url --output-curl --output-role --out --shop --proofs" ;;
        "lookup") options=" --help --json --quiet --home --url --output-curl --output-role --shop --purpose --reason" ;;
        "sign-in") options=" --help --json --quiet --home --url --output-curl --output-role --shop --print --email" ;;
        "sign-out") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "staff add") options=" --help --json --quiet --home --url --output-curl --output-role --shop --name --email --role --lang" ;;
        "staff leave") options=" --help --json --quiet --yes --home --url --output-curl --output-role --shop --at-once" ;;
        "staff left") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "staff list") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "staff taught") options=" --help --json --quiet --home --url --output-curl --output-role --shop --lesson" ;;
        "staff role") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "staff enrol") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "staff invite") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "staff recover") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "key issue") options=" --help --json --quiet --home --url --output-curl --output-role --shop --name --role --holder --network --public-key --certificate --days" ;;
        "key rotate") options=" --help --json --quiet --home --url --output-curl --output-role --shop --public-key --certificate" ;;
        "key session") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "key revoke") options=" --help --json --quiet --yes --home --url --output-curl --output-role --shop" ;;
        "key list") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "role put") options=" --help --json --quiet --home --url --output-curl --output-role --shop --fields --purposes --acts --minute --hour --daily --monthly --class --ask-reason --ask-grant --ask-pass --watch --watch-alone --lesson --approval-above" ;;
        "role list") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "budget put") options=" --help --json --quiet --home --url --output-curl --output-role --shop --minute --hour --daily --monthly" ;;
        "budget list") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "watch status") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "watch alerts") options=" --help --json --quiet --home --url --output-curl --output-role --shop --all" ;;
        "watch trip") options=" --help --json --quiet --yes --home --url --output-curl --output-role --shop" ;;
        "watch reset") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "watch mute") options=" --help --json --quiet --home --url --output-curl --output-role --shop --reason --days --detector --reader" ;;
        "watch canary begin") options=" --help --json --quiet --home --url --output-curl --output-role --shop --domain --keeper" ;;
        "watch canary plant") options=" --help --json --quiet --home --url --output-curl --output-role --shop --for --partner" ;;
        "watch canary list") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "watch blast-radius") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "watch simulate") options=" --help --json --quiet --seed --attack --shop-size --canaries --set" ;;
        "grant add") options=" --help --json --quiet --home --url --output-curl --output-role --shop --fields --role --minutes --subject --key --ticket" ;;
        "grant list") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "approval ask") options=" --help --json --quiet --home --url --output-curl --output-role --shop --reason --people --minutes" ;;
        "approval list") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "approval approve") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "approval cancel") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "service put") options=" --help --json --quiet --home --url --output-curl --output-role --shop --fields --purposes --key-id --route --about --recipients --basis --retention" ;;
        "service list") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "service record") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "secret add") options=" --help --json --quiet --home --url --output-curl --output-role --shop --holder --secret-kind --owner --fingerprint --rotate-days" ;;
        "secret hold") options=" --help --json --quiet --home --url --output-curl --output-role --shop --holder" ;;
        "secret rotated") options=" --help --json --quiet --home --url --output-curl --output-role --shop --holder --owner --fingerprint --proof --old-dead" ;;
        "secret list") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "watch sink put") options=" --help --json --quiet --home --url --output-curl --output-role --shop --lang --ca --sink --severity --state --offset" ;;
        "watch sink list") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "watch sink drop") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "watch sink test") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "watch weekly") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "leak") options=" --help --json --quiet --home --url --output-curl --output-role --shop --lang --answers" ;;
        "playbook list") options=" --help --json --quiet --home --lang" ;;
        "playbook show") options=" --help --json --quiet --home --lang" ;;
        "playbook check") options=" --help --json --quiet --home" ;;
        "report draft") options=" --help --json --quiet --home --url --output-curl --output-role --dry-run --out --shop --format --lang" ;;
        "report amend") options=" --help --json --quiet --home --url --output-curl --output-role --dry-run --out --shop --format --lang" ;;
        "report show") options=" --help --json --quiet --home --url --output-curl --output-role --out --shop --format" ;;
        "report file") options=" --help --json --quiet --home --url --output-curl --output-role --shop --how --receipt --sent --at" ;;
        "statement draft") options=" --help --json --quiet --home --url --output-curl --output-role --dry-run --shop --hours" ;;
        "statement text") options=" --help --json --quiet --home --url --output-curl --output-role --dry-run --shop --lang --channel" ;;
        "statement list") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "statement show") options=" --help --json --quiet --home --url --output-curl --output-role --shop --lang --channel" ;;
        "statement publish") options=" --help --json --quiet --home --url --output-curl --output-role --shop --hours --where" ;;
        "words check") options=" --help --json --quiet --home --lang --kind" ;;
        "incident open") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "incident list") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "incident show") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "incident add") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "incident task") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "incident claim") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "incident contain") options=" --help --json --quiet --yes --home --url --output-curl --output-role --dry-run --shop --lift" ;;
        "incident timeline") options=" --help --json --quiet --home --url --output-curl --output-role --shop --format" ;;
        "incident scope") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "incident check") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "incident hold") options=" --help --json --quiet --home --url --output-curl --output-role --shop --reason --dir --place --logrotate --journald --run --evidence --end" ;;
        "incident exposures") options=" --help --json --quiet --home --url --output-curl --output-role --shop --format" ;;
        "incident facts") options=" --help --json --quiet --home --url --output-curl --output-role --shop --lang" ;;
        "incident readiness") options=" --help --json --quiet --home --url --output-curl --output-role --shop --lang" ;;
        "incident severity") options=" --help --json --quiet --home --url --output-curl --output-role --shop --lang" ;;
        "incident cost") options=" --help --json --quiet --home --url --output-curl --output-role --shop --lang" ;;
        "incident export") options=" --help --json --quiet --home --url --output-curl --output-role --out --shop" ;;
        "incident report") options=" --help --quiet --home --url --out --shop --format --lang --aware --instant --country --seat --fact --done --switch --at" ;;
        "incident evidence") options=" --help --json --quiet --home --url --output-curl --output-role --out --shop --reason --name --source" ;;
        "incident verify") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "incident release") options=" --help --json --quiet --yes --home --url --output-curl --output-role --dry-run --shop --reason" ;;
        "incident orphans") options=" --help --json --quiet --yes --home --url --output-curl --output-role --dry-run --shop --reason" ;;
        "incident custody") options=" --help --json --quiet --home --url --output-curl --output-role --out --shop" ;;
        "incident close") options=" --help --json --quiet --home --url --output-curl --output-role --dry-run --shop --reason" ;;
        "incident reopen") options=" --help --json --quiet --home --url --output-curl --output-role --dry-run --shop --reason" ;;
        "evidence match") options=" --help --json --quiet --home --url --output-curl --output-role --shop --name --lang --source --incident --again" ;;
        "profile put") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "profile show") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "contact put") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "contact list") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "export ask") options=" --help --json --quiet --home --url --output-curl --output-role --shop --format --fields --purpose --reason --who --exposed --recipient --incident" ;;
        "export list") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "export show") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "export get") options=" --help --json --quiet --home --url --output-curl --output-role --out --shop" ;;
        "job list") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "job show") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "job cancel") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "field put") options=" --help --json --quiet --home --url --output-curl --output-role --shop --kind --mask --group --index --bytes" ;;
        "field list") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "mail put") options=" --help --json --quiet --home --url --output-curl --output-role --shop --name --lang --sender --reply-to --user --password-file --ca --no-tls" ;;
        "mail show") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "mail test") options=" --help --json --quiet --home --url --output-curl --output-role --shop --lang" ;;
        "mail queue") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "self") options=" --help --json --quiet --home --url --output-curl --output-role --shop" ;;
        "ledger checkpoint") options=" --help --json --quiet --home --url --output-curl --output-role --out --shop" ;;
        "ledger show") options=" --help --json --quiet --home --url --output-curl --output-role --out --shop" ;;
        "ledger prove") options=" --help --json --quiet --home --url --output-curl --output-role --out --shop" ;;
        "ledger verify") options=" --help --json --quiet --home --shop --from" ;;
        "ledger pin") options=" --help --json --quiet --home --url --output-curl --output-role --out --shop --mail --command" ;;
        "ledger witness") options=" --help --json --quiet --home --url --output-curl --output-role --shop --vkey --witness-url" ;;
        "watch ingest") options=" --help --json --quiet --home --url --output-curl --output-role --shop --map --rejects --fields --route --kind --system --subject-param --zone --history --follow --lag" ;;
        "verify") options=" --help --json --quiet --entry --vkey" ;;
        "law list") options=" --help --json --quiet --home --lang" ;;
        "law show") options=" --help --json --quiet --home --lang" ;;
        "law clocks") options=" --help --json --quiet --home --url --output-curl --output-role --shop --lang --all --incident --aware --instant --country --seat --fact --done --switch --at --ics" ;;
        "law calendar") options=" --help --json --quiet --home --lang --all --at --ics" ;;
        "law cost") options=" --help --json --quiet --home --lang --aware --country --seat --fact --at --turnover" ;;
        "law severity") options=" --help --json --quiet --lang --country --fact --answer" ;;
        "law check") options=" --help --json --quiet --home" ;;
        "backup") options=" --help --quiet --out --command --custody --increment --to" ;;
        "restore") options=" --help --json --quiet --dry-run --keys --erased --erasures-unknown" ;;
        "demo") options=" --help --json --quiet --stay" ;;
        "completion") options=" --help" ;;
        "help") options=" --help --json --markdown --man" ;;
        "version") options=" --help --json" ;;
    esac
    case $current in
        -*) COMPREPLY=($(compgen -W "$options" -- "$current")) ;;
        *) COMPREPLY=($(compgen -f -- "$current")) ;;
    esac
}
complete -F _amanah amanah
