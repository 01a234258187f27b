<?php
/**
 * The shop's own tables: which columns hold whose contact details, read and written by SQL so that no filter stands between.
 * A record is a customer's account ("user") or an order ("order"); its values come in three groups: account, billing, shipping.
 * State and country stay in the shop, which works out taxes and freight by them.
 */

declare(strict_types=1);

namespace AmanahShop;

defined('ABSPATH') || exit;

final class Rows
{
    public const BILLING = ['first_name', 'last_name', 'company', 'address_1', 'address_2', 'city', 'postcode', 'email', 'phone'];
    public const SHIPPING = ['first_name', 'last_name', 'company', 'address_1', 'address_2', 'city', 'postcode', 'phone'];
    private const USER_COLUMNS = ['login' => 'user_login', 'email' => 'user_email', 'nicename' => 'user_nicename',
        'display' => 'display_name'];
    private const USER_META = ['first_name', 'last_name', 'nickname'];
    private const HOST = 'vault.invalid'; // RFC 2606: never a host

    public static function ref(string $kind, int $id): string
    {
        return "wc-$kind-$id";
    }

    /** What stands in the place of an e-mail address. */
    public static function token(string $kind, int $id): string
    {
        return self::ref($kind, $id) . '@' . self::HOST;
    }

    /** @return array|null [kind, id] of a token */
    public static function of_token(string $text): ?array
    {
        return preg_match('/^wc-(user|order)-([1-9][0-9]{0,18})@vault\.invalid$/D', strtolower(trim($text)), $found)
            ? [$found[1], (int) $found[2]] : null;
    }

    /** A login that says nothing of anybody: ours. Drawn, so that nobody can have taken it before. */
    public static function login(): string
    {
        return 'c-' . bin2hex(random_bytes(6));
    }

    public static function neutral(string $login): bool
    {
        return (bool) preg_match('/^c-[0-9a-f]{12}$/D', $login);
    }

    public static function columns(string $group): array
    {
        return $group === 'billing' ? self::BILLING : self::SHIPPING;
    }

    /** Staff are no customers: their accounts stay as they are. */
    public static function customer(int $id): bool
    {
        return $id > 0 && get_userdata($id) !== false && !user_can($id, 'edit_posts') && !user_can($id, 'manage_woocommerce');
    }

    public static function orders_have_tables(): bool
    {
        return get_option('woocommerce_custom_orders_table_enabled') === 'yes';
    }

    /** @return int the customer of an order, 0: a guest; -1: no order of that number */
    public static function customer_of(int $order): int
    {
        global $wpdb;
        $found = self::orders_have_tables()
            ? $wpdb->get_var($wpdb->prepare("SELECT customer_id FROM {$wpdb->prefix}wc_orders WHERE id = %d AND type = 'shop_order'", $order))
            : $wpdb->get_var($wpdb->prepare("SELECT COALESCE(m.meta_value, 0) FROM {$wpdb->posts} p LEFT JOIN {$wpdb->postmeta} m
                ON m.post_id = p.ID AND m.meta_key = '_customer_user' WHERE p.ID = %d AND p.post_type = 'shop_order'", $order));
        return $found === null ? -1 : (int) $found;
    }

    /** Is the order more than a beginning? Drafts change with each letter; one that is being paid for is asked for by the gateway. */
    public static function settled(int $order): bool
    {
        global $wpdb;
        $row = $wpdb->get_row($wpdb->prepare(self::orders_have_tables()
            ? "SELECT status, date_created_gmt AS at FROM {$wpdb->prefix}wc_orders WHERE id = %d"
            : "SELECT post_status AS status, post_date_gmt AS at FROM {$wpdb->posts} WHERE ID = %d", $order));
        $young = $row && strtotime((string) $row->at . ' UTC') > time() - DAY_IN_SECONDS;
        return $row && !in_array($row->status, ['wc-checkout-draft', 'auto-draft', 'draft'], true)
            && !($young && in_array($row->status, ['wc-pending', 'pending'], true));
    }

    /** The next records behind a number. @return int[] */
    public static function next(string $kind, int $after, int $count): array
    {
        global $wpdb;
        if ($kind === 'user') {
            $sql = $wpdb->prepare("SELECT ID FROM {$wpdb->users} WHERE ID > %d ORDER BY ID LIMIT %d", $after, $count);
        } elseif (self::orders_have_tables()) {
            $sql = $wpdb->prepare("SELECT id FROM {$wpdb->prefix}wc_orders WHERE id > %d AND type = 'shop_order' ORDER BY id LIMIT %d",
                $after, $count);
        } else {
            $sql = $wpdb->prepare("SELECT ID FROM {$wpdb->posts} WHERE ID > %d AND post_type = 'shop_order' ORDER BY ID LIMIT %d",
                $after, $count);
        }
        return array_map('intval', $wpdb->get_col($sql));
    }

    public static function count(string $kind): int
    {
        global $wpdb;
        if ($kind === 'user') {
            return (int) $wpdb->get_var("SELECT COUNT(*) FROM {$wpdb->users}");
        }
        return (int) $wpdb->get_var(self::orders_have_tables()
            ? "SELECT COUNT(*) FROM {$wpdb->prefix}wc_orders WHERE type = 'shop_order'"
            : "SELECT COUNT(*) FROM {$wpdb->posts} WHERE post_type = 'shop_order'");
    }

    /** @return array|null groups of values, and "country", "lang", "owner"; null: no such record, or none of a customer */
    public static function read(string $kind, int $id, bool $lock = false): ?array
    {
        return $kind === 'user' ? self::read_user($id, $lock) : self::read_order($id, $lock);
    }

    private static function read_user(int $id, bool $lock): ?array
    {
        global $wpdb;
        $lock = $lock ? ' FOR UPDATE' : '';
        if (!self::customer($id)) {
            return null;
        }
        $row = $wpdb->get_row($wpdb->prepare("SELECT * FROM {$wpdb->users} WHERE ID = %d$lock", $id), ARRAY_A);
        $meta = [];
        foreach ($wpdb->get_results($wpdb->prepare("SELECT meta_key, meta_value FROM {$wpdb->usermeta} WHERE user_id = %d$lock", $id))
            as $one) {
            $meta += [$one->meta_key => (string) $one->meta_value];
        }
        if (!$row) {
            return null;
        }
        $out = ['account' => [], 'billing' => [], 'shipping' => [], 'owner' => $id, 'country' => $meta['billing_country'] ?? '',
            'lang' => substr($meta['locale'] ?? '', 0, 2)];
        foreach (self::USER_COLUMNS as $name => $column) {
            $out['account'][$name] = (string) $row[$column];
        }
        foreach (self::USER_META as $key) {
            $out['account'][$key] = $meta[$key] ?? '';
        }
        foreach (['billing', 'shipping'] as $group) {
            foreach (self::columns($group) as $column) {
                $out[$group][$column] = $meta["{$group}_$column"] ?? '';
            }
        }
        return $out;
    }

    private static function read_order(int $id, bool $lock): ?array
    {
        global $wpdb;
        $lock = $lock ? ' FOR UPDATE' : '';
        $owner = self::customer_of($id);
        if ($owner < 0) {
            return null;
        }
        $out = ['account' => [], 'billing' => array_fill_keys(self::BILLING, ''), 'shipping' => array_fill_keys(self::SHIPPING, ''),
            'owner' => $owner, 'country' => '', 'lang' => $owner > 0 ? substr((string) get_user_meta($owner, 'locale', true), 0, 2) : ''];
        if (self::orders_have_tables()) {
            $rows = $wpdb->get_results($wpdb->prepare("SELECT * FROM {$wpdb->prefix}wc_order_addresses WHERE order_id = %d$lock", $id),
                ARRAY_A);
            foreach ($rows as $row) {
                $group = $row['address_type'];
                foreach (isset($out[$group]) && $group !== 'account' ? self::columns($group) : [] as $column) {
                    $out[$group][$column] = (string) $row[$column];
                }
                $out['country'] = $group === 'billing' || $out['country'] === '' ? (string) $row['country'] : $out['country'];
            }
            $email = (string) $wpdb->get_var($wpdb->prepare("SELECT billing_email FROM {$wpdb->prefix}wc_orders WHERE id = %d$lock", $id));
            $out['billing']['email'] = $out['billing']['email'] !== '' ? $out['billing']['email'] : $email;
            return $out;
        }
        $sql = "SELECT meta_key, meta_value FROM {$wpdb->postmeta} WHERE post_id = %d$lock";
        foreach ($wpdb->get_results($wpdb->prepare($sql, $id)) as $one) {
            foreach (['billing', 'shipping'] as $group) {
                $column = substr($one->meta_key, strlen("_{$group}_"));
                if (strncmp($one->meta_key, "_{$group}_", strlen("_{$group}_")) === 0 && isset($out[$group][$column])) {
                    $out[$group][$column] = (string) $one->meta_value;
                }
            }
            $out['country'] = $one->meta_key === '_billing_country' ? (string) $one->meta_value : $out['country'];
        }
        return $out;
    }

    /** What of a record is not a token: groups without what is empty or ours. */
    public static function left(array $record): array
    {
        $left = [];
        foreach (['account', 'billing', 'shipping'] as $group) {
            foreach ($record[$group] as $name => $value) {
                if ($value !== '' && self::of_token($value) === null && !self::neutral($value)) {
                    $left[$group][$name] = $value;
                }
            }
        }
        return $left;
    }

    /**
     * Put values into the columns: tokens and empty texts when a record was moved, the values when it comes back.
     *
     * @param array $record groups, as read() gives them
     */
    public static function write(string $kind, int $id, array $record): void
    {
        $kind === 'user' ? self::write_user($id, $record) : self::write_order($id, $record);
    }

    /** What the columns of a moved record hold. */
    public static function blank(string $kind, int $id, array $record): array
    {
        $blank = $record;
        foreach (['account', 'billing', 'shipping'] as $group) {
            $blank[$group] = array_fill_keys(array_keys($record[$group]), '');
        }
        $blank['billing']['email'] = $record['billing']['email'] === '' ? '' : self::token($kind, $id);
        if ($kind === 'user') {
            $login = self::neutral($record['account']['login']) ? $record['account']['login'] : self::login();
            $blank['account'] = ['login' => $login, 'email' => self::token($kind, $id), 'nicename' => $login, 'display' => $login]
                + $blank['account'];
        }
        return $blank;
    }

    private static function write_user(int $id, array $record): void
    {
        global $wpdb;
        $columns = [];
        foreach (self::USER_COLUMNS as $name => $column) {
            $columns[$column] = $record['account'][$name];
        }
        $wpdb->update($wpdb->users, $columns, ['ID' => $id]);
        $meta = array_intersect_key($record['account'], array_flip(self::USER_META));
        foreach (['billing', 'shipping'] as $group) {
            foreach ($record[$group] as $column => $value) {
                $meta["{$group}_$column"] = $value;
            }
        }
        foreach ($meta as $key => $value) {
            $wpdb->update($wpdb->usermeta, ['meta_value' => $value], ['user_id' => $id, 'meta_key' => $key]);
        }
        self::lookup(['user_id' => $id], ['username' => $record['account']['login'], 'first_name' => $record['account']['first_name'],
            'last_name' => $record['account']['last_name'], 'email' => $record['account']['email'],
            'postcode' => $record['billing']['postcode'], 'city' => $record['billing']['city']]);
        clean_user_cache($id);
        wp_cache_delete($id, 'user_meta');
    }

    private static function write_order(int $id, array $record): void
    {
        global $wpdb;
        $before = self::read_order($id, false);
        foreach (['billing', 'shipping'] as $group) {
            // What stays as it is is not touched: an empty column and one without a value stay apart.
            $new = array_filter($record[$group], function ($value, $column) use ($before, $group) {
                return ($before[$group][$column] ?? '') !== $value;
            }, ARRAY_FILTER_USE_BOTH);
            if ($new && self::orders_have_tables()) {
                $wpdb->update($wpdb->prefix . 'wc_order_addresses', $new, ['order_id' => $id, 'address_type' => $group]);
            }
            foreach ($new as $column => $value) { // without those tables, or where both are kept alike
                $wpdb->update($wpdb->postmeta, ['meta_value' => $value], ['post_id' => $id, 'meta_key' => "_{$group}_$column"]);
            }
            $index = $new ? self::address_index($id, $group, $record[$group]) : null;
            if ($index !== null) {
                $key = "_{$group}_address_index";
                self::orders_have_tables()
                    && $wpdb->update($wpdb->prefix . 'wc_orders_meta', ['meta_value' => $index], ['order_id' => $id, 'meta_key' => $key]);
                $wpdb->update($wpdb->postmeta, ['meta_value' => $index], ['post_id' => $id, 'meta_key' => $key]);
            }
        }
        if (self::orders_have_tables()) {
            $wpdb->update($wpdb->prefix . 'wc_orders', ['billing_email' => $record['billing']['email']], ['id' => $id]);
        }
        $email = $before['billing']['email'] ?? '';
        if (($record['owner'] ?? 0) === 0 && $email !== '') { // a guest is known there by the address alone
            self::lookup(['user_id' => null, 'email' => $email], ['first_name' => $record['billing']['first_name'],
                'last_name' => $record['billing']['last_name'], 'email' => $record['billing']['email'],
                'postcode' => $record['billing']['postcode'], 'city' => $record['billing']['city']]);
        }
        wp_cache_delete($id, 'post_meta');
        wp_cache_delete($id, 'orders');
        wp_cache_delete($id, 'orders_data');
        wp_cache_delete($id, 'orders_meta');
        clean_post_cache($id);
    }

    /** The line that the shop searches orders by: all of the address; empty when it was moved. */
    private static function address_index(int $id, string $group, array $values): string
    {
        global $wpdb;
        if (array_filter($values, 'strlen') === [] || self::of_token($values['email'] ?? '') !== null) {
            return '';
        }
        $kept = self::orders_have_tables()
            ? $wpdb->get_row($wpdb->prepare("SELECT state, country FROM {$wpdb->prefix}wc_order_addresses WHERE order_id = %d
                AND address_type = %s", $id, $group), ARRAY_A)
            : ['state' => get_post_meta($id, "_{$group}_state", true), 'country' => get_post_meta($id, "_{$group}_country", true)];
        $line = [];
        foreach (['first_name', 'last_name', 'company', 'address_1', 'address_2', 'city', 'state', 'postcode', 'country', 'email', 'phone']
            as $column) {
            if ($group === 'billing' || $column !== 'email') {
                $line[] = (string) ($values[$column] ?? $kept[$column] ?? '');
            }
        }
        return implode(' ', $line);
    }

    private static function lookup(array $where, array $values): void
    {
        global $wpdb;
        $table = $wpdb->prefix . 'wc_customer_lookup';
        if ($wpdb->get_var($wpdb->prepare('SHOW TABLES LIKE %s', $wpdb->esc_like($table))) === $table) {
            $wpdb->update($table, $values, $where);
        }
    }

    /**
     * As the vault has it: readable fields for notices, labels and lookups, and the shop's own columns word for word.
     *
     * @return array fields of a subject
     */
    public static function fields(array $record): array
    {
        $billing = $record['billing'];
        $account = $record['account'] + ['first_name' => '', 'last_name' => '', 'display' => '', 'email' => ''];
        $name = self::name($billing) ?: self::name($account) ?: self::name($record['shipping']) ?: $account['display'];
        $addresses = [];
        foreach (['shipping', 'billing'] as $group) {
            $one = $record[$group];
            $place = array_filter([$one['company'], $one['address_1'], $one['address_2'], $one['city']], 'strlen');
            $item = array_filter(['recipient' => self::name($one), 'address' => implode("\n", $place), 'postcode' => $one['postcode']],
                'strlen');
            if ($place && !in_array($item, $addresses, true)) {
                $addresses[] = $item;
            }
        }
        $fields = ['name' => $name ?: null, 'email' => ($billing['email'] ?: $account['email']) ?: null,
            'phone' => ($billing['phone'] ?: ($record['shipping']['phone'] ?? '')) ?: null, 'addresses' => $addresses];
        foreach (['account', 'billing', 'shipping'] as $group) {
            $held = array_filter($record[$group], 'strlen');
            $fields["woo_$group"] = $held ? wp_json_encode($held, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES) : null;
        }
        return $fields;
    }

    private static function name(array $one): string
    {
        return trim($one['first_name'] . ' ' . $one['last_name']);
    }

    /** The groups of a record from what the vault showed. */
    public static function from_fields(array $fields): array
    {
        $groups = ['account' => [], 'billing' => array_fill_keys(self::BILLING, ''), 'shipping' => array_fill_keys(self::SHIPPING, '')];
        foreach (array_keys($groups) as $group) {
            $held = json_decode((string) ($fields["woo_$group"] ?? ''), true);
            $groups[$group] = array_map('strval', is_array($held) ? $held : []) + $groups[$group];
        }
        return $groups;
    }
}
