<?php
/**
 * Where the vault is and by which keys it is asked. All of it is in a folder outside the web root, made by connect.sh: nothing
 * of it is in wp_options or any table, so a dump of the shop's database opens nothing.
 *
 *     config.json     {"url", "vkey", "service"}
 *     keys/NAME.json  a pair for each of the roles: write, signin, front, orders, ship, staff, mail; back only while rolling back
 *     local.key       32 random bytes: seals what waits, and makes the tags that tell a customer's e-mail without holding it
 */

declare(strict_types=1);

namespace AmanahShop;

defined('ABSPATH') || exit;

final class Config
{
    private static $clients = [];

    public static function folder(): string
    {
        return rtrim(defined('AMANAH_FOLDER') ? (string) AMANAH_FOLDER : dirname(rtrim(ABSPATH, '/')) . '/amanah-shop', '/');
    }

    /** What keeps the plugin from working, as a key of words.php; '' when nothing does. */
    public static function problem(): string
    {
        $folder = realpath(self::folder());
        if ($folder === false || !is_file($folder . '/config.json')) {
            return 'folder.missing';
        }
        foreach (array_filter([ABSPATH, WP_CONTENT_DIR, (string) ($_SERVER['DOCUMENT_ROOT'] ?? '')]) as $open) {
            $open = realpath($open);
            if ($open !== false && $open !== '/' && strncmp($folder . '/', rtrim($open, '/') . '/', strlen(rtrim($open, '/')) + 1) === 0) {
                return 'folder.web'; // a web server might hand the keys out
            }
        }
        if ((fileperms($folder) & 0007) !== 0) {
            return 'folder.open';
        }
        if (!is_writable($folder) || !is_writable($folder . '/keys')) {
            return 'folder.unwritable'; // keys renew themselves
        }
        return isset(self::file()['url'], self::file()['vkey'], self::file()['service']) ? '' : 'folder.missing';
    }

    private static function file(): array
    {
        return \Amanah\Files::read(self::folder() . '/config.json') ?? [];
    }

    public static function service(): string
    {
        return (string) (self::file()['service'] ?? 'woocommerce');
    }

    public static function has(string $key): bool
    {
        return is_file(self::folder() . "/keys/$key.json");
    }

    /** A client with that key. Short waits: a page of the shop never hangs on the vault. */
    public static function client(string $key): \Amanah\Client
    {
        if (self::problem() !== '') {
            throw new \Amanah\Failure(self::problem(), 0, 'the plugin is not connected');
        }
        if (!isset(self::$clients[$key])) {
            $file = self::file();
            $waits = PHP_SAPI === 'cli' || wp_doing_cron() ? ['answer_ms' => 20000]
                : ['connect_ms' => 500, 'answer_ms' => 3000, 'tries' => 1];
            self::$clients[$key] = new \Amanah\Client($file['url'], new \Amanah\SigningKey(self::folder() . "/keys/$key.json"),
                self::ledger(), $waits + ['ca' => $file['ca'] ?? null]);
        }
        return self::$clients[$key];
    }

    public static function ledger(): \Amanah\Ledger
    {
        return new \Amanah\Ledger(self::folder() . '/receipts', (string) self::file()['vkey']);
    }

    public static function sightings(): \Amanah\Sightings
    {
        $folder = self::folder() . '/views';
        if (!is_dir($folder)) {
            @mkdir($folder, 0700);
        }
        return new \Amanah\Sightings($folder, self::service());
    }

    private static function secret(): string
    {
        $path = self::folder() . '/local.key';
        $bytes = is_file($path) ? (string) file_get_contents($path) : '';
        if (strlen($bytes) === 32) {
            return $bytes;
        }
        return \Amanah\Files::alone($path, function () use ($path) {
            if (is_file($path)) {
                return (string) file_get_contents($path);
            }
            $old = umask(0077);
            $bytes = random_bytes(32);
            file_put_contents($path . '.new', $bytes);
            rename($path . '.new', $path);
            umask($old);
            return $bytes;
        });
    }

    /** A keyed tag: tells equal values, and nothing to who has no local.key. 32 hexadecimal digits. */
    public static function tag(string $kind, string $text): string
    {
        return substr(hash_hmac('sha256', $kind . "\0" . $text, self::secret()), 0, 32);
    }

    public static function seal(array $what): string
    {
        $nonce = random_bytes(SODIUM_CRYPTO_SECRETBOX_NONCEBYTES);
        return $nonce . sodium_crypto_secretbox((string) json_encode($what, JSON_UNESCAPED_UNICODE), $nonce, self::secret());
    }

    public static function unseal(string $sealed): ?array
    {
        $open = strlen($sealed) > SODIUM_CRYPTO_SECRETBOX_NONCEBYTES ? sodium_crypto_secretbox_open(
            substr($sealed, SODIUM_CRYPTO_SECRETBOX_NONCEBYTES),
            substr($sealed, 0, SODIUM_CRYPTO_SECRETBOX_NONCEBYTES),
            self::secret()
        ) : false;
        $what = $open === false ? null : json_decode($open, true);
        return is_array($what) ? $what : null;
    }
}
