<?php
/**
 * Customers as the vault has them. Two tables: the map (which record is which subject, in which state, with which keyed digest of
 * what was sent last) and the queue (what is to be sent). Hooks only mark what changed; it is written to the queue when the
 * request is over, and sent by cron, or at once where PHP can first let the customer go. So no page waits for the vault.
 *
 * States of a record: SENT, the shop's tables hold the values and the vault has them too; MOVED, the vault alone has them;
 * CLOSED, the shop deleted it. `asked`: somebody asked for its erasure, which the vault's operator does.
 */

declare(strict_types=1);

namespace AmanahShop;

defined('ABSPATH') || exit;

final class Mirror
{
    public const SENT = 1;
    public const MOVED = 2;
    public const CLOSED = 8;
    public const QUEUE_MAX = 10000;
    private const PAUSE_S = 60;
    private const LATER_S = [30, 120, 600, 3600];

    private static $changed = []; // ref => what mark() was told
    private static $states = [];

    public static function install(): void
    {
        global $wpdb;
        require_once ABSPATH . 'wp-admin/includes/upgrade.php';
        $collate = $wpdb->get_charset_collate();
        dbDelta("CREATE TABLE {$wpdb->prefix}amanah_map (
            ref varchar(40) NOT NULL,
            kind varchar(8) NOT NULL,
            object bigint(20) unsigned NOT NULL,
            subject varchar(64) NOT NULL,
            state tinyint(3) unsigned NOT NULL,
            digest char(32) NOT NULL,
            tag char(32) NOT NULL,
            asked tinyint(3) unsigned NOT NULL DEFAULT 0,
            PRIMARY KEY  (ref),
            KEY state (state),
            KEY tag (tag)
        ) $collate;
        CREATE TABLE {$wpdb->prefix}amanah_queue (
            ref varchar(40) NOT NULL,
            kind varchar(8) NOT NULL,
            object bigint(20) unsigned NOT NULL,
            act varchar(8) NOT NULL,
            sealed longblob NULL,
            tries int(10) unsigned NOT NULL DEFAULT 0,
            after_s int(10) unsigned NOT NULL DEFAULT 0,
            code varchar(64) NOT NULL DEFAULT '',
            PRIMARY KEY  (ref),
            KEY after_s (after_s)
        ) $collate;
        CREATE TABLE {$wpdb->prefix}amanah_trace (
            tag char(32) NOT NULL,
            PRIMARY KEY  (tag)
        ) $collate;");
    }

    public static function hooks(): void
    {
        $user = function ($id) {
            self::mark('user', (int) $id);
        };
        $order = function ($id) {
            self::mark('order', (int) (is_object($id) ? $id->get_id() : $id));
        };
        foreach (['user_register', 'profile_update', 'woocommerce_new_customer', 'woocommerce_update_customer'] as $hook) {
            add_action($hook, $user);
        }
        foreach (['added_user_meta', 'updated_user_meta'] as $hook) {
            add_action($hook, function ($meta, $id, $key) {
                if (preg_match('/^((billing|shipping)_[a-z_0-9]+|first_name|last_name|nickname)$/D', (string) $key)) {
                    self::mark('user', (int) $id);
                }
            }, 10, 3);
        }
        add_action('woocommerce_customer_save_address', function ($id, $group) {
            $cleared = [];
            foreach (in_array($group, ['billing', 'shipping'], true) ? Rows::columns($group) : [] as $column) {
                // WooCommerce writes what changed; an empty column of a moved record is no news, but a field left empty is.
                if (isset($_POST["{$group}_$column"]) && trim((string) wp_unslash($_POST["{$group}_$column"])) === '') {
                    $cleared[] = "$group.$column";
                }
            }
            self::mark('user', (int) $id, [], $cleared);
        }, 10, 2);
        add_action('woocommerce_new_order', function ($id) {
            self::mark('order', (int) $id, ['account', 'billing', 'shipping']);
        });
        add_action('woocommerce_update_order', $order);
        add_action('deleted_user', function ($id) {
            self::drop('user', (int) $id);
        });
        foreach (['woocommerce_before_delete_order', 'woocommerce_delete_order'] as $hook) {
            add_action($hook, function ($id) {
                self::drop('order', (int) (is_object($id) ? $id->get_id() : $id));
            });
        }
        add_filter('wp_privacy_personal_data_erasers', function ($known) {
            return $known + ['amanah' => ['eraser_friendly_name' => 'Amanah', 'callback' => [self::class, 'erase_asked']]];
        });
        add_action('shutdown', [self::class, 'finish'], 9999);
    }

    /** A record changed in this request. `$whole`: groups that were written whole. `$cleared`: "group.column"s left empty on purpose. */
    public static function mark(string $kind, int $id, array $whole = [], array $cleared = []): void
    {
        if ($id > 0) {
            $ref = Rows::ref($kind, $id);
            $known = self::$changed[$ref] ?? [$kind, $id, [], []];
            self::$changed[$ref] = [$kind, $id, array_unique(array_merge($known[2], $whole)),
                array_unique(array_merge($known[3], $cleared))];
        }
    }

    /** Behind the request: what changed goes to the queue; where the customer is gone already, also to the vault. */
    public static function finish(): void
    {
        $changed = self::$changed;
        self::$changed = [];
        if (!$changed || Config::problem() !== '') {
            return;
        }
        $free = false;
        foreach (['fastcgi_finish_request', 'litespeed_finish_request'] as $let_go) {
            $free = $free || (function_exists($let_go) && $let_go());
        }
        foreach ($changed as $one) {
            self::enqueue(...$one);
        }
        if ($free) {
            self::flush(3);
        }
    }

    /** A record is to be mirrored. Orders of known customers wait for the stage that moves them. */
    public static function wanted(string $kind, ?array $record): bool
    {
        return $record !== null && ($kind === 'user' || $record['owner'] === 0 || Stages::stage() !== 'observe');
    }

    private static function enqueue(string $kind, int $id, array $whole, array $cleared): void
    {
        $record = Rows::read($kind, $id);
        $state = self::state($kind, $id);
        if (!self::wanted($kind, $record)) {
            return;
        }
        $moves = $state === self::MOVED || Stages::stage() === 'vault';
        $left = $moves ? Rows::left($record) : [];
        if (!$moves) {
            self::put($kind, $id, 'push', null);
        } elseif ($left || ($state === self::MOVED && $cleared)) {
            Stages::take($kind, $id, $record, $whole, $cleared);
        }
    }

    /**
     * Into the queue, or over what waits there for the same record.
     * @return bool false: there is no room, which the settings page says; the tables still hold what it was about
     */
    public static function put(string $kind, int $id, string $act, ?array $what, string $ref = ''): bool
    {
        global $wpdb;
        $ref = $ref !== '' ? $ref : Rows::ref($kind, $id);
        $there = $wpdb->get_var($wpdb->prepare("SELECT 1 FROM {$wpdb->prefix}amanah_queue WHERE ref = %s", $ref));
        if ($there === null && self::waiting() >= self::QUEUE_MAX) {
            update_option('amanah_overflow', time(), false);
            return false;
        }
        return (bool) $wpdb->replace($wpdb->prefix . 'amanah_queue', ['ref' => $ref, 'kind' => $kind, 'object' => $id, 'act' => $act,
            'sealed' => $what === null ? null : Config::seal($what), 'tries' => 0, 'after_s' => 0, 'code' => '']);
    }

    /** What waits in the queue for a record, opened. */
    public static function queued(string $kind, int $id): ?array
    {
        global $wpdb;
        $sealed = $wpdb->get_var($wpdb->prepare("SELECT sealed FROM {$wpdb->prefix}amanah_queue WHERE ref = %s", Rows::ref($kind, $id)));
        return $sealed === null ? null : Config::unseal($sealed);
    }

    public static function forget(string $kind, int $id): void
    {
        global $wpdb;
        $wpdb->delete($wpdb->prefix . 'amanah_queue', ['ref' => Rows::ref($kind, $id)]);
    }

    public static function waiting(): int
    {
        global $wpdb;
        return (int) $wpdb->get_var("SELECT COUNT(*) FROM {$wpdb->prefix}amanah_queue");
    }

    /** @return array|null ref, kind, object, subject, state, digest, tag, asked */
    public static function row(string $kind, int $id): ?array
    {
        global $wpdb;
        return $wpdb->get_row($wpdb->prepare("SELECT * FROM {$wpdb->prefix}amanah_map WHERE ref = %s", Rows::ref($kind, $id)), ARRAY_A);
    }

    public static function state(string $kind, int $id): int
    {
        $ref = Rows::ref($kind, $id);
        self::$states[$ref] = self::$states[$ref] ?? (int) (self::row($kind, $id)['state'] ?? 0);
        return self::$states[$ref];
    }

    public static function note(string $kind, int $id, array $columns): void
    {
        global $wpdb;
        $old = self::row($kind, $id) ?? ['ref' => Rows::ref($kind, $id), 'kind' => $kind, 'object' => $id, 'subject' => '',
            'state' => 0, 'digest' => '', 'tag' => '', 'asked' => 0];
        $wpdb->replace($wpdb->prefix . 'amanah_map', $columns + $old);
        unset(self::$states[$old['ref']]);
    }

    /** The record was deleted in the shop: the vault closes it. Erasing is its operator's: a taken-over shop erases nobody. */
    private static function drop(string $kind, int $id): void
    {
        if (self::row($kind, $id) !== null) {
            self::put($kind, $id, 'close', null);
        }
        unset(self::$changed[Rows::ref($kind, $id)]);
    }

    public static function erase_asked($email, $page = 1): array
    {
        global $wpdb;
        $user = get_user_by('email', (string) $email);
        $kept = 0;
        foreach ($wpdb->get_results($wpdb->prepare("SELECT kind, object FROM {$wpdb->prefix}amanah_map WHERE tag = %s OR ref = %s",
            Config::tag('email', strtolower((string) $email)), $user ? Rows::ref('user', $user->ID) : '')) as $row) {
            self::note($row->kind, (int) $row->object, ['asked' => 1]);
            $kept++;
        }
        return ['items_removed' => false, 'items_retained' => $kept > 0, 'done' => true,
            'messages' => $kept > 0 ? [Words::say('erase.asked')] : []];
    }

    public static function digest(array $fields): string
    {
        return Config::tag('digest', (string) wp_json_encode($fields));
    }

    /** Send a record as the tables have it. What was sent before is not sent again: equal values cost a budget. */
    public static function push(string $kind, int $id): void
    {
        $record = Rows::read($kind, $id);
        $state = self::state($kind, $id);
        if ($state === self::MOVED || !self::wanted($kind, $record)) {
            return;
        }
        $fields = Rows::fields($record);
        $digest = self::digest([$fields, $record['country'], $record['lang']]);
        if ((self::row($kind, $id)['digest'] ?? '') === $digest && $state === self::SENT) {
            return;
        }
        $subject = self::send($kind, $id, $record, $fields);
        self::note($kind, $id, ['subject' => $subject, 'state' => self::SENT, 'digest' => $digest, 'tag' => self::mail_tag($record)]);
    }

    public static function mail_tag(array $record): string
    {
        $email = ($record['account']['email'] ?? '') ?: $record['billing']['email'];
        return $email === '' || Rows::of_token($email) !== null ? '' : Config::tag('email', strtolower($email));
    }

    /** @return string the subject. Readable fields whose format the vault refuses stand in the shop's own columns alone. */
    public static function send(string $kind, int $id, array $record, array $fields): string
    {
        $more = ['on_conflict' => 'update', 'kind' => $kind === 'order' && $record['owner'] > 0 ? 'linked' : 'customer'];
        $more += preg_match('/^[A-Z]{2}$/D', $record['country']) ? ['country' => $record['country']] : [];
        $more += in_array($record['lang'], ['id', 'ko', 'en'], true) ? ['lang' => $record['lang']] : [];
        for ($left = 4;; $left--) {
            try {
                return Config::client('write')->createSubject(Rows::ref($kind, $id), $fields, $more)['id'];
            } catch (\Amanah\Failure $failure) {
                $before = $fields;
                foreach ($failure->status === 422 ? $failure->errors : [] as $error) {
                    $path = explode('/', (string) ($error['pointer'] ?? ''));
                    if (($path[2] ?? '') === 'addresses' && isset($path[4])) {
                        unset($fields['addresses'][(int) $path[3]][$path[4]]);
                    } elseif (in_array($path[2] ?? '', ['name', 'email', 'phone'], true)) {
                        $fields[$path[2]] = null;
                    }
                }
                if ($fields === $before || $left === 0) {
                    throw $failure;
                }
            }
        }
    }

    /** The vault did not answer a moment ago: leave it alone for a minute. */
    public static function paused(): bool
    {
        return (int) get_option('amanah_pause', 0) > time();
    }

    public static function trouble(\Amanah\Failure $failure): void
    {
        if ($failure instanceof \Amanah\Unreachable || $failure->status === 429 || $failure->status === 503) {
            update_option('amanah_pause', time() + max(self::PAUSE_S, min(3600, $failure->retryAfter)), false);
        }
        if ($failure instanceof \Amanah\Tampering) { // stays until somebody has looked: the page says so
            update_option('amanah_tampering', ['says' => $failure->getMessage(), 'at' => time()], false);
        }
        update_option('amanah_trouble', ['code' => $failure->code_, 'at' => time()], false);
    }

    /** Send what waits, for so many seconds. @return int how many went */
    public static function flush(int $seconds): int
    {
        global $wpdb;
        $until = microtime(true) + $seconds;
        $sent = 0;
        while (!self::paused() && microtime(true) < $until) {
            $row = $wpdb->get_row($wpdb->prepare("SELECT * FROM {$wpdb->prefix}amanah_queue WHERE after_s <= %d
                ORDER BY after_s, ref LIMIT 1", time()));
            if (!$row) {
                break;
            }
            // Held for a minute, so that two processes do not send the same.
            if (!$wpdb->query($wpdb->prepare("UPDATE {$wpdb->prefix}amanah_queue SET after_s = %d WHERE ref = %s AND after_s = %d",
                time() + 60, $row->ref, $row->after_s))) {
                continue;
            }
            try {
                self::one($row);
                // Unless it changed meanwhile: then it is sent again.
                $wpdb->query($wpdb->prepare("DELETE FROM {$wpdb->prefix}amanah_queue WHERE ref = %s AND after_s > 0", $row->ref));
                $sent++;
            } catch (\Throwable $thrown) { // one record that cannot be sent keeps no other from it
                $failure = $thrown instanceof \Amanah\Failure ? $thrown
                    : new \Amanah\Failure('client.error', 0, get_class($thrown));
                self::trouble($failure);
                $wpdb->update($wpdb->prefix . 'amanah_queue', ['tries' => $row->tries + 1, 'code' => $failure->code_,
                    'after_s' => time() + self::LATER_S[min((int) $row->tries, count(self::LATER_S) - 1)]], ['ref' => $row->ref]);
            }
        }
        return $sent;
    }

    private static function one(object $row): void
    {
        $id = (int) $row->object;
        $known = self::row($row->kind, $id);
        $what = $row->sealed === null ? null : Config::unseal($row->sealed);
        if ($row->act === 'push') {
            self::push($row->kind, $id);
        } elseif ($row->act === 'close' && $known !== null && $known['subject'] !== '') {
            Config::client('write')->closeSubject($known['subject']);
            self::note($row->kind, $id, ['state' => self::CLOSED]);
        } elseif ($row->act === 'merge' && $what !== null) {
            Stages::merge($row->kind, $id, $what);
        } elseif ($row->act === 'mail' && $what !== null) {
            Vault::mail_again($what);
        }
    }
}
