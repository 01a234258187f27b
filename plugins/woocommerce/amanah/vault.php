<?php
/**
 * What is read from the vault in place of the tables, for records that were moved:
 *
 *     customers   their own account, orders and checkout, by a self pass that is issued for whoever is signed in, and nobody else
 *     staff       a page of its own, by the grant of a fresh order or with a reason, one record at a time
 *     mails       the address of one recipient, when a mail to its token is sent
 *     sign-in     by e-mail address: a keyed tag, so the vault is not asked
 *
 * Everybody else, and every other page, sees that there is something and not what. If the vault does not answer, the customer's
 * pages are empty where the values would be; the checkout works, as it does for somebody new.
 */

declare(strict_types=1);

namespace AmanahShop;

defined('ABSPATH') || exit;

final class Vault
{
    private const SHOWN = '***';
    private const GROUPS = ['woo_account', 'woo_billing', 'woo_shipping'];
    private static $own = []; // ref => groups, for this request alone

    public static function hooks(): void
    {
        foreach (['billing', 'shipping'] as $group) {
            foreach (Rows::columns($group) as $column) {
                add_filter("woocommerce_order_get_{$group}_$column", function ($value, $order) use ($group, $column) {
                    return self::value('order', (int) $order->get_id(), $group, $column, $value);
                }, 10, 2);
                add_filter("woocommerce_customer_get_{$group}_$column", function ($value, $customer) use ($group, $column) {
                    return self::value('user', (int) $customer->get_id(), $group, $column, $value);
                }, 10, 2);
            }
        }
        foreach (['email', 'first_name', 'last_name'] as $name) {
            add_filter("woocommerce_customer_get_$name", function ($value, $customer) use ($name) {
                return self::value('user', (int) $customer->get_id(), 'account', $name, $value);
            }, 10, 2);
        }
        add_filter('woocommerce_get_order_address', function ($address, $group, $order) {
            foreach (in_array($group, ['billing', 'shipping'], true) ? Rows::columns($group) : [] as $column) {
                $address[$column] = self::value('order', (int) $order->get_id(), $group, $column, $address[$column] ?? '');
            }
            return $address;
        }, 10, 3);
        add_filter('get_user_metadata', [self::class, 'own_meta'], 10, 4);
        add_action('template_redirect', [self::class, 'own_account']);
        add_action('woocommerce_after_save_address_validation', [self::class, 'save_needs_vault'], 10, 3);
        add_filter('authenticate', [self::class, 'sign_in'], 15, 3);
        add_filter('lostpassword_user_data', [self::class, 'lost_password'], 10, 2);
        add_action('wp_loaded', [self::class, 'lost_password_of_shop'], 15); // WooCommerce's own form is read at 20
        add_filter('email_exists', [self::class, 'mail_taken'], 10, 2);
        add_filter('is_email', [self::class, 'no_token_is_typed'], 10, 2);
        add_action('woocommerce_save_account_details_errors', [self::class, 'account_saved'], 10, 2);
        add_filter('woocommerce_new_customer_data', [self::class, 'neutral_login']);
        add_filter('pre_wp_mail', [self::class, 'mail'], 10, 2);
        add_action('woocommerce_order_status_processing', [self::class, 'grant'], 10, 1);
    }

    public static function moved(string $kind, int $id): bool
    {
        return $id > 0 && Mirror::state($kind, $id) === Mirror::MOVED;
    }

    /** Whose record it is; 0: a guest's, or none. */
    private static function owner(string $kind, int $id): int
    {
        return $kind === 'user' ? $id : max(0, Rows::customer_of($id));
    }

    /** A value for whoever asks: the record's own customer sees it, everybody else that there is one. */
    public static function value(string $kind, int $id, string $group, string $column, $value)
    {
        if (!is_string($value) || !self::moved($kind, $id) || ($value !== '' && Rows::of_token($value) === null)) {
            return $value; // also what was typed in this request
        }
        $own = self::own($kind, $id);
        if ($own !== null) {
            return $own[$group][$column] ?? '';
        }
        if (self::owner($kind, $id) === get_current_user_id() && get_current_user_id() > 0) {
            return ''; // the vault does not answer: a form of the customer's own is empty, and holds no token
        }
        return $column === 'first_name' ? self::SHOWN : $value;
    }

    /** The groups of a record for the customer who is signed in and whose it is; null for everybody else, and without an answer. */
    public static function own(string $kind, int $id): ?array
    {
        $me = get_current_user_id();
        if ($me === 0 || self::owner($kind, $id) !== $me || !Rows::customer($me)) {
            return null;
        }
        $ref = Rows::ref($kind, $id);
        if (!array_key_exists($ref, self::$own)) {
            self::$own[$ref] = self::ask($kind, $id);
        }
        return self::$own[$ref];
    }

    private static function ask(string $kind, int $id): ?array
    {
        $known = Mirror::row($kind, $id);
        $waits = Mirror::queued($kind, $id);
        if ($waits !== null && array_diff(['account', 'billing', 'shipping'], $waits['whole']) === []) {
            return $waits['groups']; // not sent yet, and all there is
        }
        if ($known === null || $known['subject'] === '' || Mirror::paused()) {
            return null;
        }
        try {
            $address = (string) ($_SERVER['REMOTE_ADDR'] ?? '');
            $pass = Config::client('signin')->issuePass($known['subject'], filter_var($address, FILTER_VALIDATE_IP) ? $address : '127.0.0.1');
            $seen = Config::client('front')->reveal([], self::GROUPS, 'self', ['pass' => $pass]);
        } catch (\Amanah\Failure $failure) {
            Mirror::trouble($failure);
            return null;
        }
        $own = Rows::from_fields($seen[$known['subject']] ?? []);
        foreach ($waits['groups'] ?? [] as $group => $values) { // what this customer changed a moment ago
            $own[$group] = $values + (in_array($group, $waits['whole'], true) ? array_fill_keys(array_keys($own[$group]), '') : $own[$group]);
        }
        return $own;
    }

    /** For code that reads a customer's meta by WordPress's own function. */
    public static function own_meta($value, $id, $key, $single)
    {
        if ($value !== null || !preg_match('/^(?:(billing|shipping)_([a-z_0-9]+)|first_name|last_name|nickname)$/D', (string) $key, $found)) {
            return $value;
        }
        $group = ($found[1] ?? '') !== '' ? $found[1] : 'account';
        $column = $group === 'account' ? $key : $found[2];
        if (($group !== 'account' && !in_array($column, Rows::columns($group), true)) || (int) $id !== get_current_user_id()
            || !self::moved('user', (int) $id)) {
            return $value;
        }
        global $wpdb; // what was just typed stands in the table, not in the vault
        $typed = (string) $wpdb->get_var($wpdb->prepare("SELECT meta_value FROM {$wpdb->usermeta} WHERE user_id = %d AND meta_key = %s",
            $id, $key));
        if ($typed !== '' && Rows::of_token($typed) === null && !Rows::neutral($typed)) {
            return $value;
        }
        $own = self::own('user', (int) $id);
        return $own === null ? $value : [$own[$group][$column] ?? '']; // WordPress takes the first where one is asked for
    }

    /** The account pages show whoever is signed in by the user's own object: filled for this request. */
    public static function own_account(): void
    {
        if (!function_exists('is_account_page') || !is_account_page()) {
            return;
        }
        $user = wp_get_current_user();
        $own = self::moved('user', (int) $user->ID) ? self::own('user', (int) $user->ID) : null;
        if ($own !== null) {
            $user->data->user_email = $own['account']['email'] ?? '';
            $user->data->display_name = $own['account']['display'] ?? '';
        }
    }

    /** A part of an address is laid over the rest, which is in the vault: without it, say so, and lose nothing. */
    public static function save_needs_vault($id, $group, $fields): void
    {
        if (self::moved('user', (int) $id) && self::own('user', (int) $id) === null && function_exists('wc_add_notice')) {
            wc_add_notice(Words::say('save.later'), 'error');
        }
    }

    /** @return int the customer of an e-mail address; 0: none that was moved */
    private static function customer_by_mail(string $email): int
    {
        global $wpdb;
        return is_email($email) ? (int) $wpdb->get_var($wpdb->prepare("SELECT object FROM {$wpdb->prefix}amanah_map WHERE kind = 'user'
            AND state = %d AND tag = %s ORDER BY object LIMIT 1", Mirror::MOVED, Config::tag('email', strtolower($email)))) : 0;
    }

    /** Before WordPress looks for an address that its table no longer has. */
    public static function sign_in($user, $name, $password)
    {
        if ($user instanceof \WP_User || !is_string($password) || $password === '' || Config::problem() !== '') {
            return $user;
        }
        $found = get_userdata(self::customer_by_mail((string) $name));
        if (!$found || is_wp_error(apply_filters('wp_authenticate_user', $found, $password))) {
            return $user;
        }
        return wp_check_password($password, $found->user_pass, $found->ID) ? $found : $user;
    }

    public static function lost_password($user, $errors)
    {
        $given = isset($_POST['user_login']) && is_string($_POST['user_login']) ? trim(wp_unslash($_POST['user_login'])) : '';
        if ($user || Config::problem() !== '') {
            return $user;
        }
        $found = get_userdata(self::customer_by_mail($given));
        if ($found && is_wp_error($errors)) {
            foreach (['invalid_email', 'invalidcombo'] as $code) {
                $errors->remove($code);
            }
        }
        return $found ?: $user;
    }

    /** WooCommerce's own form for a forgotten password knows users by their column alone: it is told the login. */
    public static function lost_password_of_shop(): void
    {
        if (isset($_POST['wc_reset_password'], $_POST['user_login']) && is_string($_POST['user_login']) && Config::problem() === '') {
            $found = get_userdata(self::customer_by_mail(trim(wp_unslash($_POST['user_login']))));
            $_POST['user_login'] = $found ? wp_slash($found->user_login) : $_POST['user_login'];
        }
    }

    /** An address is taken also if its column is not there any more; one's own is free to keep. */
    public static function mail_taken($user, $email)
    {
        $found = !$user && is_string($email) && Config::problem() === '' ? self::customer_by_mail($email) : 0;
        return $found > 0 && $found !== get_current_user_id() ? $found : $user;
    }

    /** A token that comes with a request would have the shop write to somebody whose address the sender does not know. */
    public static function no_token_is_typed($good, $email)
    {
        if (!$good || Rows::of_token((string) $email) === null || current_user_can('edit_shop_orders')) {
            return $good;
        }
        $body = (string) file_get_contents('php://input');
        $sent = wp_json_encode([$_POST, $_GET, json_decode($body, true), urldecode($body)], JSON_PARTIAL_OUTPUT_ON_ERROR);
        return stripos((string) $sent, trim((string) $email)) === false ? $good : false;
    }

    /** The account form posts what the customer saw: what did not change stays a token, and is no change of address. */
    public static function account_saved($errors, $user): void
    {
        $id = (int) ($user->ID ?? 0);
        $own = $id > 0 && $id === get_current_user_id() && self::moved('user', $id) ? self::own('user', $id) : null;
        $row = get_userdata($id);
        if ($own === null || !$row) {
            return;
        }
        foreach (['user_email' => 'email', 'display_name' => 'display'] as $column => $name) {
            if (isset($user->$column) && strcasecmp((string) $user->$column, $own['account'][$name] ?? '') === 0) {
                $user->$column = $row->$column;
            }
        }
    }

    /** A login made of the e-mail address would be a copy of it. */
    public static function neutral_login($data)
    {
        if (is_array($data) && Stages::stage() === 'vault') {
            $data['user_login'] = Rows::login();
        }
        return $data;
    }

    /** An order that is to be shipped: the packers may look at it for a day without a further reason. */
    public static function grant($order): void
    {
        $id = (int) $order;
        $known = Mirror::row('order', $id);
        if ($known === null || $known['subject'] === '' || !self::moved('order', $id) || Mirror::paused()) {
            return;
        }
        try {
            Config::client('orders')->grant($known['subject'], "order $id", ['role' => 'warehouse', 'minutes' => 1440]);
        } catch (\Amanah\Failure $failure) {
            $failure->code_ === 'grant.used' || Mirror::trouble($failure);
        }
    }

    /**
     * For one member of staff, one record, once. Without a reason: what the packers see, under a grant.
     * @throws \Amanah\Failure
     */
    public static function staff(string $kind, int $id, string $reason): array
    {
        $known = Mirror::row($kind, $id);
        if ($known === null || $known['subject'] === '') {
            throw new \Amanah\Failure('subject.not_found', 404, 'not in the vault yet');
        }
        $who = wp_get_current_user()->user_login;
        $seen = $reason === ''
            ? Config::client('ship')->reveal([$known['subject']], ['phone', 'recipient', 'address', 'postcode'], 'delivery')
            : Config::client('staff')->reveal([$known['subject']], ['name', 'email', 'phone', 'addresses'], 'order',
                ['reason' => substr("$who: $reason", 0, 400)]);
        return $seen[$known['subject']] ?? [];
    }

    /** Addresses that are tokens become the customers' own, at the last moment. What cannot be sent now waits, sealed. */
    public static function mail($sent, $mail)
    {
        $to = is_array($mail['to']) ? $mail['to'] : explode(',', (string) $mail['to']);
        if ($sent !== null || !array_filter(array_map([Rows::class, 'of_token'], $to))) {
            return $sent;
        }
        try {
            return wp_mail(self::addresses($to), $mail['subject'], $mail['message'], $mail['headers'], $mail['attachments']);
        } catch (\Amanah\Failure $failure) {
            Mirror::trouble($failure);
            unset($mail['attachments']); // files of this request may be gone by then
            return Mirror::put('mail', 0, 'mail', $mail, 'mail-' . bin2hex(random_bytes(12)));
        }
    }

    public static function mail_again(array $mail): void
    {
        $to = is_array($mail['to']) ? $mail['to'] : explode(',', (string) $mail['to']);
        wp_mail(self::addresses($to), $mail['subject'], $mail['message'], $mail['headers'] ?? '');
    }

    private static function addresses(array $to): array
    {
        return array_map(function ($one) {
            $record = Rows::of_token((string) $one);
            if ($record === null) {
                return $one;
            }
            $waits = Mirror::queued(...$record);
            $email = ($waits['groups']['account']['email'] ?? '') ?: ($waits['groups']['billing']['email'] ?? '');
            $known = Mirror::row(...$record);
            if ($email === '' && $known !== null && $known['subject'] !== '') {
                $seen = Config::client('mail')->reveal([$known['subject']], ['email'], 'order');
                $email = (string) ($seen[$known['subject']]['email'] ?? '');
            }
            if (!is_email($email)) {
                throw new \Amanah\Failure('subject.not_found', 404, 'no address of this recipient');
            }
            return $email;
        }, $to);
    }
}
