<?php
/**
 * Amanah from PHP: one file, PHP 7.4 or newer with its extensions curl, json and sodium, nothing else.
 *
 *     require 'amanah.php';
 *     $key = new Amanah\SigningKey('/etc/amanah-shop/support.json');   // or new Amanah\PlainKey('amk_…')
 *     $ledger = new Amanah\Ledger('/etc/amanah-shop/receipts', $vkey); // keeps and checks what the vault says it wrote
 *     $vault = new Amanah\Client('https://vault.example', $key, $ledger);
 *     $seen = $vault->reveal([$id], ['name', 'email.mask'], 'support', ['reason' => 'order 17']);
 *
 * What goes wrong is a Failure: `code_` is the cause (docs/errors has a page for each), and Unreachable and Tampering are
 * its two special kinds; `client.files` is a folder that cannot be written. No message ever holds a value that was sent. A receipt whose signature is not good, or that is of
 * another log, is Tampering before the answer is handed over; Ledger::check() proves the rest.
 *
 * A key that signs renews itself: SigningKey keeps its pair in a file of its own and rotates it when two thirds of its
 * time are over, so whoever copied that file yesterday holds a key that ends.
 */

declare(strict_types=1);

namespace Amanah;

/** The vault said no. `code_`: the cause, such as "subject.erased"; `retryAfter`: seconds, 0 when it names none. */
class Failure extends \RuntimeException
{
    public $code_;
    public $status;
    public $errors = [];
    public $retryAfter = 0;

    public function __construct(string $cause, int $status, string $words)
    {
        parent::__construct($cause . ': ' . $words);
        $this->code_ = $cause;
        $this->status = $status;
    }
}

/** Nothing came back, or nothing that could be read. `sent`: whether it may have been done all the same. */
class Unreachable extends Failure
{
    public $sent;

    public function __construct(string $words, bool $sent)
    {
        parent::__construct('unreachable', 0, $words);
        $this->sent = $sent;
    }
}

/** A receipt, checkpoint or proof that does not hold. Keep the folder of receipts, and tell whoever audits the shop. */
class Tampering extends Failure
{
    public function __construct(string $words)
    {
        parent::__construct('tampering', 0, $words);
    }
}

/** Files that hold secrets or promises: readable by their owner alone, written whole or not at all. */
final class Files
{
    public static function read(string $path): ?array
    {
        $text = is_file($path) ? file_get_contents($path) : false;
        $value = $text === false ? null : json_decode($text, true);
        return is_array($value) ? $value : null;
    }

    public static function write(string $path, array $value): void
    {
        $new = $path . '.' . bin2hex(random_bytes(6));
        $old = umask(0077);
        $done = file_put_contents($new, json_encode($value, JSON_UNESCAPED_SLASHES) . "\n");
        umask($old);
        if ($done === false || !rename($new, $path)) {
            @unlink($new);
            throw new Failure('client.files', 0, 'a file cannot be written in ' . dirname($path));
        }
    }

    /** Run `$work` while no other process does, by a lock beside `$path`. */
    public static function alone(string $path, callable $work)
    {
        $old = umask(0077);
        $lock = fopen($path . '.lock', 'c');
        umask($old);
        if ($lock === false || !flock($lock, LOCK_EX)) {
            throw new Failure('client.files', 0, 'a file cannot be locked in ' . dirname($path));
        }
        try {
            return $work();
        } finally {
            flock($lock, LOCK_UN);
            fclose($lock);
        }
    }
}

/** A key with a secret, `amk_…`: good on the vault's own machine; for a day from elsewhere. */
final class PlainKey
{
    private $secret;

    public function __construct(string $secret)
    {
        $this->secret = trim($secret);
    }

    public function token(Client $client): string
    {
        return $this->secret;
    }

    /** There is nothing to be had anew: the secret is good, or it is over. */
    public function forget(string $token): bool
    {
        return false;
    }
}

/**
 * A key that signs. Its file holds {"id", "seed"} (the private half, 32 bytes in base64) and what it notes itself: when the
 * key ends, the session of a quarter of an hour, and while it renews itself the next pair, which is written before it is
 * told to the vault. So a process that dies at any moment leaves a key that works.
 */
final class SigningKey
{
    private const RENEW_AFTER = 2 / 3;
    private const SPARE_S = 60;
    private $path;

    public function __construct(string $path)
    {
        $this->path = $path;
    }

    /** Make a pair for a key to be issued; returns its public half in base64. Issue the key, then call named(). */
    public static function make(string $path): string
    {
        $pair = sodium_crypto_sign_keypair();
        Files::write($path, ['id' => '', 'seed' => base64_encode(substr(sodium_crypto_sign_secretkey($pair), 0, 32))]);
        return base64_encode(sodium_crypto_sign_publickey($pair));
    }

    public static function named(string $path, string $id): void
    {
        Files::write($path, ['id' => $id] + (Files::read($path) ?? []));
    }

    public function token(Client $client): string
    {
        $kept = $this->kept();
        if (self::fresh($kept)) {
            return $kept['token'];
        }
        return Files::alone($this->path, function () use ($client) {
            $kept = $this->kept(); // another process may have been quicker
            if (self::fresh($kept)) {
                return $kept['token'];
            }
            return $this->renew($client, $this->open($client, $kept));
        });
    }

    /** The session is over: a restart of the vault ends all. */
    public function forget(string $token): bool
    {
        return Files::alone($this->path, function () use ($token) {
            $kept = $this->kept();
            if (($kept['token'] ?? '') === $token) {
                unset($kept['token'], $kept['until']);
                Files::write($this->path, $kept);
            }
            return true;
        });
    }

    private function kept(): array
    {
        $kept = Files::read($this->path);
        if (!isset($kept['id'], $kept['seed']) || $kept['id'] === '') {
            throw new Failure('credential.missing', 0, 'the file of this key is not there, or names no key');
        }
        return $kept;
    }

    private static function fresh(array $kept): bool
    {
        return isset($kept['token']) && time() < ($kept['until'] ?? 0) - self::SPARE_S;
    }

    private static function pair(string $seed): string
    {
        $bytes = base64_decode($seed, true);
        if ($bytes === false || strlen($bytes) !== SODIUM_CRYPTO_SIGN_SEEDBYTES) {
            throw new Failure('credential.missing', 0, 'the file of this key holds no seed of 32 bytes');
        }
        return sodium_crypto_sign_seed_keypair($bytes);
    }

    private function open(Client $client, array $kept): array
    {
        $given = $client->ask('POST', '/v1/sessions', ['key' => $kept['id']], ['token' => '']);
        $text = (string) ($given['challenge'] ?? '');
        if (strncmp($text, 'amanah session 1 ', 17) !== 0) { // whatever else it is, it is not signed
            throw new Unreachable('what came is no challenge', false);
        }
        $signed = sodium_crypto_sign_detached($text, sodium_crypto_sign_secretkey(self::pair($kept['seed'])));
        $opened = $client->ask('POST', '/v1/sessions', ['key' => $kept['id'], 'challenge' => $text,
            'signature' => base64_encode($signed)], ['token' => '']);
        $kept['token'] = (string) ($opened['token'] ?? '');
        $kept['until'] = isset($opened['expires']) ? strtotime($opened['expires']) : time() + 840;
        Files::write($this->path, $kept);
        return $kept;
    }

    /** Rotate once two thirds of the key's time are over. What fails is tried again with the next session. */
    private function renew(Client $client, array $kept): string
    {
        if (!isset($kept['begun'], $kept['ends'])) {
            $self = $client->ask('GET', '/v1/self', null, ['token' => $kept['token']]);
            $kept['ends'] = strtotime((string) ($self['expires'] ?? '')) ?: time() + 90 * 86400;
            $kept['begun'] = $kept['begun'] ?? time();
            Files::write($this->path, $kept);
        }
        if (time() < $kept['begun'] + ($kept['ends'] - $kept['begun']) * self::RENEW_AFTER) {
            return $kept['token'];
        }
        try {
            return $this->rotate($client, $kept);
        } catch (Failure $failure) {
            error_log('Amanah: a key could not renew itself: ' . $failure->code_);
            return $kept['token'];
        }
    }

    private function rotate(Client $client, array $kept): string
    {
        if (!isset($kept['next'])) {
            $kept['next'] = ['seed' => base64_encode(random_bytes(SODIUM_CRYPTO_SIGN_SEEDBYTES)),
                'again' => bin2hex(random_bytes(16))];
            Files::write($this->path, $kept); // before the vault hears of it
        }
        $public = base64_encode(sodium_crypto_sign_publickey(self::pair($kept['next']['seed'])));
        $made = $client->ask('POST', '/v1/keys/' . rawurlencode($kept['id']) . '/rotate', ['public_key' => $public],
            ['token' => $kept['token'], 'again' => $kept['next']['again']]);
        $kept = ['id' => (string) $made['id'], 'seed' => $kept['next']['seed']];
        Files::write($this->path, $kept);
        $kept = $this->open($client, $kept); // its first use shortens the old one's overlap to an hour
        $kept['ends'] = strtotime((string) $made['expires']);
        $kept['begun'] = time();
        Files::write($this->path, $kept);
        return $kept['token'];
    }
}

/** RFC 6962: what a tree's hashes say. Hashes are 32 bytes. */
final class Tree
{
    public static function node(string $left, string $right): string
    {
        return hash('sha256', "\x01" . $left . $right, true);
    }

    /**
     * The roots that a proof of leaf `$index` in a tree of `$size` leaves comes to: of that tree, and of the tree of the
     * first `$index` + 1 leaves, which is the leaf folded with its left siblings alone. So one proof of the last leaf of
     * an older tree shows both that it is there and that the older tree is the beginning of the newer one.
     *
     * @return string[]|null  [root, root of the first index + 1]; null: no proof for such a place
     */
    public static function roots(int $index, int $size, string $leaf, array $hashes): ?array
    {
        if ($index < 0 || $index >= $size) {
            return null;
        }
        $at = $index;
        $last = $size - 1;
        $whole = $first = $leaf;
        foreach ($hashes as $hash) {
            if ($last === 0) {
                return null;
            }
            if ($at % 2 === 1 || $at === $last) {
                $whole = self::node($hash, $whole);
                $first = self::node($hash, $first);
                while ($at % 2 === 0 && $at !== 0) {
                    $at >>= 1;
                    $last >>= 1;
                }
            } else {
                $whole = self::node($whole, $hash);
            }
            $at >>= 1;
            $last >>= 1;
        }
        return $last === 0 ? [$whole, $first] : null;
    }
}

/** A signed checkpoint: a log's name, size and root, under the log's Ed25519 key (C2SP tlog-checkpoint, signed-note). */
final class Checkpoint
{
    public $size;
    public $root;

    /** @throws Tampering when it is not signed by `$vkey` (name+id+base64, as `amanah init` prints it) */
    public static function open(string $note, string $vkey): self
    {
        [$name, $id, $public] = self::verifier($vkey);
        $parts = explode("\n\n", $note, 2);
        $lines = explode("\n", $parts[0]);
        if (count($parts) !== 2 || count($lines) < 3 || $lines[0] !== $name) {
            throw new Tampering('the checkpoint is of another log than this shop\'s');
        }
        $root = base64_decode($lines[2], true);
        if (!preg_match('/^(0|[1-9][0-9]{0,17})$/D', $lines[1]) || $root === false || strlen($root) !== 32) {
            throw new Tampering('the checkpoint is none');
        }
        foreach (explode("\n", $parts[1]) as $line) {
            $words = explode(' ', $line);
            $bytes = count($words) === 3 && $words[0] === "\u{2014}" && $words[1] === $name
                ? base64_decode($words[2], true) : false;
            if ($bytes !== false && strlen($bytes) === 68 && substr($bytes, 0, 4) === $id
                && sodium_crypto_sign_verify_detached(substr($bytes, 4), $parts[0] . "\n", $public)) {
                $open = new self();
                $open->size = (int) $lines[1];
                $open->root = $root;
                return $open;
            }
        }
        throw new Tampering('the checkpoint is not signed by this shop\'s log');
    }

    private static function verifier(string $vkey): array
    {
        $words = explode('+', trim($vkey), 3);
        $bytes = count($words) === 3 ? base64_decode($words[2], true) : false;
        if ($bytes === false || strlen($bytes) !== 33 || $bytes[0] !== "\x01") {
            throw new \InvalidArgumentException('no verifier key: it is name+id+base64, as amanah init prints it');
        }
        $id = substr(hash('sha256', $words[0] . "\n" . $bytes, true), 0, 4);
        if (!hash_equals(bin2hex($id), strtolower($words[1]))) {
            throw new \InvalidArgumentException('the verifier key does not have its own id: it was mistyped');
        }
        return [$words[0], $id, substr($bytes, 1)];
    }
}

/**
 * A folder of receipts. `take()` with each answer: the signature is checked, and a checkpoint of a size that is kept with
 * another root is a fork. `check()` asks for proofs: each receipt's entry is in the newest tree, and each of their trees is
 * its beginning. What was checked is kept as one line, the newest checkpoint; receipts wait in `new.jsonl`.
 */
final class Ledger
{
    private const WAITING_BYTES_MAX = 16777216;
    private $folder;
    private $vkey;

    public function __construct(string $folder, string $vkey)
    {
        $this->folder = rtrim($folder, '/');
        $this->vkey = $vkey;
        if (!is_dir($this->folder) && !mkdir($this->folder, 0700, true) && !is_dir($this->folder)) {
            throw new Failure('client.files', 0, 'the folder of receipts cannot be made');
        }
    }

    private function newest(): ?array
    {
        return Files::read($this->folder . '/newest.json');
    }

    /** Keep a receipt. @throws Tampering */
    public function take(array $receipt): void
    {
        $note = (string) ($receipt['checkpoint'] ?? '');
        $index = $receipt['index'] ?? null;
        $leaf = base64_decode((string) ($receipt['leaf_hash'] ?? ''), true);
        $head = Checkpoint::open($note, $this->vkey);
        if (!is_int($index) || $index < 0 || $index >= $head->size || $leaf === false || strlen($leaf) !== 32) {
            throw new Tampering('a receipt names an entry beyond its own checkpoint');
        }
        Files::alone($this->folder . '/new.jsonl', function () use ($receipt, $head) {
            $this->no_fork($head);
            $path = $this->folder . '/new.jsonl';
            clearstatcache(true, $path);
            if (is_file($path) && filesize($path) > self::WAITING_BYTES_MAX) {
                throw new Failure('client.files', 0, 'receipts wait to be checked, and there are too many: call check()');
            }
            $old = umask(0077);
            $line = json_encode(array_intersect_key($receipt, ['index' => 0, 'leaf_hash' => 0, 'checkpoint' => 0]));
            $done = file_put_contents($path, $line . "\n", FILE_APPEND);
            umask($old);
            if ($done === false) {
                throw new Failure('client.files', 0, 'a receipt cannot be kept');
            }
        });
    }

    private function no_fork(Checkpoint $head): void
    {
        $newest = $this->newest();
        if ($newest === null) {
            return;
        }
        $kept = Checkpoint::open($newest['checkpoint'], $this->vkey);
        if ($kept->size === $head->size && !hash_equals($kept->root, $head->root)) {
            throw new Tampering('two logs of the same size: the vault shows different people different logs');
        }
    }

    /** How many receipts wait to be checked. */
    public function waiting(): int
    {
        $path = $this->folder . '/new.jsonl';
        return is_file($path) ? count(file($path, FILE_SKIP_EMPTY_LINES)) : 0;
    }

    /**
     * Prove what is kept, by a key that may read the ledger. @return int how many receipts held
     * @throws Tampering  what is kept stays kept, as evidence
     */
    public function check(Client $client): int
    {
        return Files::alone($this->folder . '/check', function () use ($client) {
            $path = $this->folder . '/new.jsonl';
            $lines = is_file($path) ? file($path, FILE_IGNORE_NEW_LINES | FILE_SKIP_EMPTY_LINES) : [];
            $newest = $this->newest();
            $note = $client->checkpoint();
            $head = Checkpoint::open($note, $this->vkey);
            if ($newest !== null) {
                $this->begins($client, Checkpoint::open($newest['checkpoint'], $this->vkey), $head);
            }
            foreach ($lines as $line) {
                $this->holds($client, (array) json_decode($line, true), $head);
            }
            Files::alone($path, function () use ($path, $lines, $note, $head, $client) {
                Files::write($this->folder . '/newest.json', ['checkpoint' => $note, 'size' => $head->size]);
                $now = is_file($path) ? file($path, FILE_IGNORE_NEW_LINES | FILE_SKIP_EMPTY_LINES) : [];
                $rest = array_slice($now, count($lines)); // what came while it was checked
                file_put_contents($path, $rest ? implode("\n", $rest) . "\n" : '');
            });
            return count($lines);
        });
    }

    private function holds(Client $client, array $receipt, Checkpoint $head): void
    {
        $own = Checkpoint::open((string) ($receipt['checkpoint'] ?? ''), $this->vkey);
        $proof = $this->proof($client, (int) $receipt['index'], $own->size > $head->size ? $own : $head);
        if (!hash_equals($proof['leaf'], (string) base64_decode((string) $receipt['leaf_hash'], true))) {
            throw new Tampering('entry ' . $receipt['index'] . ' is not the one that a receipt was given for');
        }
        $this->begins($client, $own, $head);
    }

    /** The tree of `$old` is the beginning of that of `$head`, or the other way around. */
    private function begins(Client $client, Checkpoint $old, Checkpoint $head): void
    {
        if ($old->size > $head->size) { // the log got shorter, or this is an answer that was kept back
            [$old, $head] = [$head, $old];
        }
        if ($old->size === 0) {
            return;
        }
        $proof = $this->proof($client, $old->size - 1, $head);
        if (!hash_equals($proof['first'], $old->root)) {
            throw new Tampering('the log of ' . $old->size . ' entries is no beginning of that of ' . $head->size);
        }
    }

    /** @return array leaf, and the root `first` of the tree that ends with it; good for the tree of `$head` */
    private function proof(Client $client, int $index, Checkpoint $head): array
    {
        try {
            $given = $client->proof($index, $head->size);
        } catch (Unreachable $failure) {
            throw $failure;
        } catch (Failure $failure) {
            if ($failure->status !== 400 && $failure->status !== 404) {
                throw $failure;
            }
            throw new Tampering('the vault has no proof for a log of ' . $head->size . ' entries, which it signed');
        }
        $hashes = array_map(function ($text) {
            $bytes = base64_decode((string) $text, true);
            return $bytes !== false && strlen($bytes) === 32 ? $bytes : null;
        }, (array) ($given['hashes'] ?? []));
        $leaf = base64_decode((string) ($given['leaf_hash'] ?? ''), true);
        $roots = $leaf === false || strlen($leaf) !== 32 || in_array(null, $hashes, true)
            ? null : Tree::roots($index, $head->size, $leaf, $hashes);
        if ($roots === null || !hash_equals($head->root, $roots[0])) {
            throw new Tampering('the proof of entry ' . $index . ' does not hold');
        }
        return ['leaf' => $leaf, 'first' => $roots[1]];
    }
}

/** The routes that a shop's program needs. Everything returns the answer's document as an array. */
final class Client
{
    private const ANSWER_BYTES_MAX = 33554432;
    private const WAITS_MS = [100, 400];
    private $url;
    private $key;
    private $ledger;
    private $options;

    /**
     * @param PlainKey|SigningKey $key
     * @param array $options  connect_ms, answer_ms; tries: 1 to 3; ca: a file of certificates to trust
     * @throws \InvalidArgumentException  http:// to another machine
     */
    public function __construct(string $url, $key, ?Ledger $ledger = null, array $options = [])
    {
        $host = (string) parse_url($url, PHP_URL_HOST);
        $near = in_array($host, ['127.0.0.1', 'localhost', '[::1]'], true);
        if (!preg_match('~^https?://~', $url) || (strncmp($url, 'http:', 5) === 0 && !$near)) {
            throw new \InvalidArgumentException('the vault is asked by https:// only, or by http:// on this machine');
        }
        $this->url = rtrim($url, '/');
        $this->key = $key;
        $this->ledger = $ledger;
        $this->options = $options + ['connect_ms' => 2000, 'answer_ms' => 30000, 'tries' => 3, 'ca' => null];
    }

    public function self(): array
    {
        return $this->ask('GET', '/v1/self');
    }

    /** @param array $more  lang, country, kind, on_conflict (fail, update, skip) */
    public function createSubject(string $ref, array $fields, array $more = []): array
    {
        return $this->ask('POST', '/v1/subjects', ['ref' => $ref, 'fields' => (object) $fields] + $more, ['again' => true]);
    }

    /** What is held, without values; `version` is what a change is made from. */
    public function subject(string $id): array
    {
        return $this->ask('GET', '/v1/subjects/' . rawurlencode($id));
    }

    /** Merge: null takes a value away. 412 (`subject.stale`) when somebody else changed it first. */
    public function patchSubject(string $id, int $version, array $fields, array $more = []): array
    {
        return $this->ask('PATCH', '/v1/subjects/' . rawurlencode($id), ['fields' => (object) $fields] + $more,
            ['head' => ['If-Match: "' . $version . '"']]);
    }

    public function closeSubject(string $id): array
    {
        return $this->ask('POST', '/v1/subjects/' . rawurlencode($id) . '/close', (object) [], ['again' => true]);
    }

    public function eraseSubject(string $id, string $reason): array
    {
        return $this->ask('DELETE', '/v1/subjects/' . rawurlencode($id), ['reason' => $reason]);
    }

    /** Who has the value; a look, also when nobody has. @return string[] ids */
    public function lookup(string $field, string $value, string $purpose, string $reason = ''): array
    {
        $ask = ['field' => $field, 'value' => $value, 'purpose' => $purpose] + ($reason === '' ? [] : ['reason' => $reason]);
        try {
            return $this->ask('POST', '/v1/lookup', $ask, ['look' => true])['ids'];
        } catch (Failure $failure) {
            if ($failure->code_ === 'subject.not_found') {
                return [];
            }
            throw $failure;
        }
    }

    /** @param array $why  reason, grant, pass. With a pass `$ids` may be empty. @return array id => fields that were seen */
    public function reveal(array $ids, array $fields, string $purpose, array $why = []): array
    {
        $ask = ['fields' => $fields, 'purpose' => $purpose] + array_intersect_key($why, ['reason' => 0, 'grant' => 0, 'pass' => 0]);
        $answer = $this->ask('POST', '/v1/reveal', $ids ? ['subjects' => array_values($ids)] + $ask : $ask, ['look' => true]);
        $seen = [];
        foreach ($answer['values'] as $row) {
            if (isset($row['fields'])) {
                $seen[$row['id']] = $row['fields'];
            }
        }
        return $seen;
    }

    /** A customer's own pass, for a quarter of an hour; by the sign-in's key. */
    public function issuePass(string $id, string $network): string
    {
        return $this->ask('POST', '/v1/passes', ['subject' => $id, 'client_network' => $network])['pass'];
    }

    /** @param array $whom  role or key; fields, minutes */
    public function grant(string $id, string $ticket, array $whom): array
    {
        return $this->ask('POST', '/v1/grants', ['subject' => $id, 'ticket' => $ticket] + $whom, ['again' => true]);
    }

    /** Rows of an import (JSON lines). @param array $query  on_conflict, dry_run, … */
    public function import(array $rows, array $query = []): array
    {
        $lines = array_map(function ($row) {
            return self::json($row) . "\n";
        }, $rows);
        return $this->ask('POST', '/v1/import?' . http_build_query(['format' => 'jsonl'] + $query), implode('', $lines),
            ['kind' => 'application/x-ndjson']);
    }

    /** A chunk of a log of who saw whom, see Sightings. */
    public function observe(array $chunk): array
    {
        return $this->ask('POST', '/v1/observed', $chunk);
    }

    /** How far logs were taken in; a page of them. */
    public function observed(string $after = ''): array
    {
        return $this->ask('GET', '/v1/observed' . ($after === '' ? '' : '?after=' . rawurlencode($after)));
    }

    public function checkpoint(): string
    {
        return $this->ask('GET', '/v1/ledger/checkpoint', null, ['text' => true])['text'];
    }

    public function proof(int $index, int $size): array
    {
        return $this->ask('GET', "/v1/ledger/proof?index=$index&size=$size");
    }

    /**
     * One request, tried again where that can do no harm: what reads, what has an idempotency key, and what was never sent.
     *
     * @param array|object|string|null $body
     * @param array $how  token: in place of the key's, '' for none · again: an idempotency key, true for a random one ·
     *                    look: each one counts, so it is not repeated once it was sent · head, kind, text
     * @throws Failure
     */
    public function ask(string $method, string $path, $body = null, array $how = []): array
    {
        if (($how['again'] ?? null) === true) {
            $how['again'] = bin2hex(random_bytes(16));
        }
        $harmless = $method === 'GET' || isset($how['again']);
        $fresh = false;
        for ($try = 0;; $try++) {
            $token = $how['token'] ?? $this->key->token($this);
            try {
                return $this->once($method, $path, $body, $how, $token);
            } catch (Failure $failure) {
                if ($failure->status === 401 && !isset($how['token']) && !$fresh && $this->key->forget($token)) {
                    $fresh = true; // the session was over: a new one, at once
                    $try--;
                    continue;
                }
                $again = $failure->status === 503 || ($failure instanceof Unreachable && (!$failure->sent || $harmless));
                if (!$again || $try + 1 >= min($this->options['tries'], count(self::WAITS_MS) + 1)) {
                    throw $failure;
                }
                usleep(1000 * self::WAITS_MS[$try]);
            }
        }
    }

    private function once(string $method, string $path, $body, array $how, string $token): array
    {
        $head = $how['head'] ?? [];
        $head[] = 'Expect:';
        if ($token !== '') {
            $head[] = 'Authorization: Bearer ' . $token;
        }
        if (isset($how['again'])) {
            $head[] = 'Idempotency-Key: ' . $how['again'];
        }
        if ($body !== null) {
            $head[] = 'Content-Type: ' . ($how['kind'] ?? 'application/json');
            $body = is_string($body) ? $body : self::json($body);
        }
        [$status, $got, $retry] = $this->send($method, $path, $body, $head);
        $answer = ($how['text'] ?? false) && $status === 200 ? ['text' => $got] : json_decode($got, true);
        if (!is_array($answer)) {
            throw new Unreachable("an answer with status $status that is none of the vault", $status < 400);
        }
        if ($this->ledger !== null && isset($answer['receipt'])) {
            $this->ledger->take((array) $answer['receipt']); // a refusal has one too
        }
        if ($status >= 200 && $status < 300) {
            return $answer;
        }
        $failure = new Failure((string) ($answer['code'] ?? 'unknown'), $status, (string) ($answer['detail'] ?? ''));
        $failure->errors = (array) ($answer['errors'] ?? []);
        $failure->retryAfter = $retry;
        throw $failure;
    }

    private static function json($what): string
    {
        $text = json_encode($what, JSON_UNESCAPED_UNICODE);
        if ($text === false) {
            throw new Failure('request.malformed', 0, 'what is to be sent is no UTF-8');
        }
        return $text;
    }

    /** @return array status, body, seconds of Retry-After */
    private function send(string $method, string $path, ?string $body, array $head): array
    {
        $got = '';
        $retry = 0;
        $curl = curl_init($this->url . $path);
        curl_setopt_array($curl, [
            CURLOPT_CUSTOMREQUEST => $method,
            CURLOPT_HTTPHEADER => $head,
            CURLOPT_PROTOCOLS => CURLPROTO_HTTP | CURLPROTO_HTTPS,
            CURLOPT_FOLLOWLOCATION => false,
            CURLOPT_PROXY => '', // no variable of the environment sends customers' data elsewhere
            CURLOPT_CONNECTTIMEOUT_MS => $this->options['connect_ms'],
            CURLOPT_TIMEOUT_MS => $this->options['answer_ms'],
            CURLOPT_NOSIGNAL => true,
            CURLOPT_SSL_VERIFYPEER => true,
            CURLOPT_SSL_VERIFYHOST => 2,
            CURLOPT_HEADERFUNCTION => function ($curl, string $line) use (&$retry): int {
                if (preg_match('/^retry-after:\s*([0-9]{1,9})/i', $line, $found)) {
                    $retry = (int) $found[1];
                }
                return strlen($line);
            },
            CURLOPT_WRITEFUNCTION => function ($curl, string $part) use (&$got): int {
                $got .= $part;
                return strlen($got) > self::ANSWER_BYTES_MAX ? 0 : strlen($part);
            },
        ]);
        if ($body !== null) {
            curl_setopt($curl, CURLOPT_POSTFIELDS, $body);
        }
        if ($this->options['ca'] !== null) {
            curl_setopt($curl, CURLOPT_CAINFO, $this->options['ca']);
        }
        $done = curl_exec($curl);
        $status = (int) curl_getinfo($curl, CURLINFO_HTTP_CODE);
        $error = curl_errno($curl);
        if ($done === false || $status === 0) {
            $unsent = [CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT];
            throw new Unreachable('the vault does not answer (' . curl_strerror($error) . ')', !in_array($error, $unsent, true));
        }
        return [$status, $got, $retry];
    }
}

/**
 * Who saw whom in the shop's own pages, as a log that the vault takes in (docs/ingest.md). Lines hold a time, a reader, an
 * event and refs, no value of anybody. note() only appends to a file, so it never waits for the vault; send() is for a timer.
 * A file that is sent whole and is large makes room for the next. A file is known by its first line, which has a random word.
 */
final class Sightings
{
    private const FILE_BYTES = 1048576;
    private const FILE_BYTES_MAX = 33554432; // an unreachable vault: then lines are counted and left out
    private const ROWS_MAX = 1000;
    private $folder;
    private $system;

    public function __construct(string $folder, string $system)
    {
        $this->folder = rtrim($folder, '/');
        $this->system = $system;
    }

    /**
     * @param string $route  of the service, such as "EVENT order.view"
     * @param string[] $refs whom it showed; empty: it cannot be told, then `$rows` many
     * @return bool  false: there is no room, and this one is not noted
     */
    public function note(string $reader, string $route, array $refs, int $rows = 1): bool
    {
        return Files::alone($this->folder . '/views.jsonl', function () use ($reader, $route, $refs, $rows) {
            $path = $this->folder . '/views.jsonl';
            clearstatcache(true, $path);
            $size = is_file($path) ? filesize($path) : 0;
            if ($size > self::FILE_BYTES_MAX) {
                return false;
            }
            $lines = $size === 0 ? json_encode(['log' => bin2hex(random_bytes(16))]) . "\n" : '';
            foreach ($refs ?: [''] as $ref) {
                $lines .= json_encode(['t' => time(), 'who' => substr($reader, 0, 200), 'route' => $route, 'ref' => (string) $ref,
                    'rows' => $refs ? 1 : max(1, $rows)], JSON_INVALID_UTF8_SUBSTITUTE) . "\n";
            }
            $old = umask(0077);
            $done = file_put_contents($path, $lines, FILE_APPEND);
            umask($old);
            return $done === strlen($lines);
        });
    }

    /** Bytes that are noted and not sent. */
    public function waiting(): int
    {
        $path = $this->folder . '/views.jsonl';
        clearstatcache(true, $path);
        return max(0, (is_file($path) ? filesize($path) : 0) - (Files::read($this->folder . '/views.json')['at'] ?? 0));
    }

    /** Send what is there. @return int lines @throws Failure */
    public function send(Client $client): int
    {
        return Files::alone($this->folder . '/views.send', function () use ($client) {
            $sent = 0;
            while (($count = $this->chunk($client)) > 0) {
                $sent += $count;
            }
            Files::alone($this->folder . '/views.jsonl', function () {
                clearstatcache();
                $path = $this->folder . '/views.jsonl';
                if (is_file($path) && filesize($path) > self::FILE_BYTES && $this->waiting() === 0) {
                    unlink($path);
                    @unlink($this->folder . '/views.json');
                }
            });
            return $sent;
        });
    }

    private function chunk(Client $client): int
    {
        $all = is_file($this->folder . '/views.jsonl') ? (string) file_get_contents($this->folder . '/views.jsonl') : '';
        $end = strpos($all, "\n");
        if ($end === false) {
            return 0;
        }
        $first = hash('sha256', substr($all, 0, $end + 1), true);
        $at = Files::read($this->folder . '/views.json') ?? ['file' => 0, 'at' => 0, 'lines' => 0];
        $lines = array_slice(explode("\n", substr($all, $at['at'])), 0, self::ROWS_MAX + 1);
        array_pop($lines); // what is behind the last line's end
        if (!$lines) {
            return 0;
        }
        $to = $at['at'] + strlen(implode("\n", $lines)) + 1;
        [$rows, $routes, $newest] = self::rows($lines, $at['lines']);
        $chunk = ['system' => $this->system, 'first' => base64_encode($first),
            'hash' => base64_encode(hash('sha256', substr($all, 0, $to), true)), 'file' => $at['file'], 'from' => $at['at'],
            'to' => $to, 'lines_from' => $at['lines'], 'lines_to' => $at['lines'] + count($lines),
            'newest_us' => $newest * 1000000, 'behind' => strlen($all) - $to, 'name' => 'views.jsonl'];
        try {
            $told = $client->observe($chunk + ($rows === '' ? [] : ['routes' => $routes, 'rows' => base64_encode($rows)]));
        } catch (Failure $failure) {
            if ($failure->status !== 409 || !$this->found($client, $all, $at)) {
                throw $failure;
            }
            return Files::read($this->folder . '/views.json')['lines'] - $at['lines']; // an answer had been lost
        }
        Files::write($this->folder . '/views.json', ['file' => $told['file'], 'at' => $to, 'lines' => $at['lines'] + count($lines)]);
        return count($lines);
    }

    /** Where the vault is in this file: at bytes whose hash is that of what we have. False: no further than we thought. */
    private function found(Client $client, string $all, array $at): bool
    {
        $after = '';
        do {
            $page = $client->observed($after);
            foreach ($page['items'] as $item) {
                if ($item['system'] === $this->system && $item['bytes'] > $at['at'] && $item['bytes'] <= strlen($all)
                    && hash_equals($item['sha256'], hash('sha256', substr($all, 0, $item['bytes'])))) {
                    Files::write($this->folder . '/views.json',
                        ['file' => $item['file'], 'at' => $item['bytes'], 'lines' => $item['lines']]);
                    return true;
                }
            }
            $after = (string) ($page['next'] ?? '');
        } while ($after !== '');
        return false;
    }

    /** The wire form of rows: src/base/weblog/seen.h. @return array bytes, routes, seconds of the newest */
    private static function rows(array $lines, int $number): array
    {
        $readers = $routes = [];
        $out = '';
        $count = $before = $newest = 0;
        foreach ($lines as $line) {
            $number++;
            $view = json_decode($line, true);
            if (!isset($view['t'], $view['who'], $view['route'], $view['ref'])) {
                continue; // the first line
            }
            $who = $view['who'];
            $readers += [$who => count($readers)];
            $routes += [$view['route'] => count($routes)];
            $out .= self::varint($readers[$who]) . self::varint($routes[$view['route']])
                . self::varint(intdiv($view['t'], 3600)) . self::varint(($number - $before) << 1) . self::varint(1)
                . self::varint($view['rows']) . chr($view['ref'] === '' ? 0 : 1) . self::text($view['ref']);
            $before = $number;
            $newest = max($newest, $view['t']);
            $count++;
        }
        if ($count === 0) {
            return ['', [], $newest];
        }
        $head = self::varint(count($readers));
        foreach (array_keys($readers) as $who) {
            $head .= ((string) $who === '' ? chr(3) : chr(1)) . self::text((string) $who);
        }
        return [$head . self::varint($count) . $out, array_map('strval', array_keys($routes)), $newest];
    }

    private static function varint(int $number): string
    {
        for ($out = ''; $number > 127; $number >>= 7) {
            $out .= chr($number & 127 | 128);
        }
        return $out . chr($number);
    }

    private static function text(string $text): string
    {
        return self::varint(strlen($text)) . $text;
    }
}
