<?php
/**
 * The page of the owner (WooCommerce > Amanah) and the look of staff at one record. Each act is a POST with a nonce and a
 * capability; each word that is printed is escaped; values are shown on the answer to the POST and stand in no URL.
 */

declare(strict_types=1);

namespace AmanahShop;

defined('ABSPATH') || exit;

final class Admin
{
    private const OWNER = 'manage_options';
    private const STAFF = 'edit_shop_orders';
    private const DOES = ['observe' => ['backfill', 'shadow'], 'shadow' => ['backfill', 'compare', 'cut-over', 'back', 'observe'],
        'vault' => ['backfill', 'cut-over', 'scan', 'back']];

    public static function hooks(): void
    {
        add_action('admin_menu', function () {
            add_submenu_page('woocommerce', 'Amanah', 'Amanah', self::OWNER, 'amanah', [self::class, 'page']);
        });
        add_action('admin_post_amanah_do', [self::class, 'act']);
        add_action('admin_post_amanah_show', [self::class, 'show']);
        add_action('woocommerce_admin_order_data_after_billing_address', function ($order) {
            self::form('order', (int) $order->get_id());
        });
        add_action('edit_user_profile', function ($user) {
            self::form('user', (int) $user->ID);
        });
    }

    private static function may(string $what, string $act): void
    {
        if (!current_user_can($what) || ($_SERVER['REQUEST_METHOD'] ?? '') !== 'POST' || !check_admin_referer($act)) {
            wp_die(esc_html(Words::say('denied')), '', ['response' => 403]);
        }
    }

    public static function act(): void
    {
        $what = isset($_POST['what']) && is_string($_POST['what']) ? sanitize_key($_POST['what']) : '';
        self::may(self::OWNER, 'amanah_do');
        $code = Stages::begin($what);
        if ($code === '') {
            try {
                Stages::step(5);
            } catch (\Throwable $failure) {
                $code = $failure instanceof \Amanah\Failure ? $failure->code_ : 'unreachable';
            }
        }
        wp_safe_redirect(add_query_arg($code === '' ? [] : ['said' => $code], admin_url('admin.php?page=amanah')));
        if (!defined('AMANAH_TEST')) {
            exit;
        }
    }

    private static function form(string $kind, int $id): void
    {
        if (!Vault::moved($kind, $id) || !current_user_can(self::STAFF)) {
            return;
        }
        $name = "amanah_show_{$kind}_$id"; // a form of its own: those pages are a form already
        echo '<div class="amanah"><p>' . esc_html(Words::say('kept')) . '</p><p><label>' . esc_html(Words::say('reason'))
            . ' <input type="text" name="reason" maxlength="300" form="' . esc_attr($name) . '"></label> '
            . '<button type="submit" class="button" form="' . esc_attr($name) . '">' . esc_html(Words::say('show')) . '</button></p></div>';
        add_action('admin_footer', function () use ($kind, $id, $name) {
            echo '<form id="' . esc_attr($name) . '" method="post" target="_blank" action="' . esc_url(admin_url('admin-post.php')) . '">'
                . '<input type="hidden" name="action" value="amanah_show"><input type="hidden" name="kind" value="' . esc_attr($kind)
                . '"><input type="hidden" name="id" value="' . esc_attr((string) $id) . '">'
                . wp_nonce_field("amanah_show_{$kind}_$id", '_wpnonce', true, false) . '</form>';
        });
    }

    public static function show(): void
    {
        $kind = ($_POST['kind'] ?? '') === 'user' ? 'user' : 'order';
        $id = isset($_POST['id']) && is_scalar($_POST['id']) ? absint($_POST['id']) : 0;
        self::may(self::STAFF, "amanah_show_{$kind}_$id");
        $reason = isset($_POST['reason']) && is_string($_POST['reason']) ? trim(sanitize_text_field(wp_unslash($_POST['reason']))) : '';
        nocache_headers();
        header('Referrer-Policy: no-referrer');
        header('Content-Type: text/html; charset=utf-8');
        echo '<!doctype html><meta charset="utf-8"><title>' . esc_html(Words::say('title')) . '</title><h1>'
            . esc_html(Rows::ref($kind, $id)) . '</h1>';
        try {
            self::values(Vault::staff($kind, $id, $reason));
            echo '<p>' . esc_html(Words::say('shown')) . '</p>';
        } catch (\Amanah\Failure $failure) {
            echo '<p>' . esc_html(Words::say('refused', $failure->code_)) . '</p>';
        }
        if (!defined('AMANAH_TEST')) {
            exit;
        }
    }

    private static function values(array $seen): void
    {
        echo '<dl>';
        foreach ($seen as $name => $value) {
            foreach (is_array($value) ? $value : [[$name => $value]] as $item) {
                foreach ($item as $field => $text) {
                    echo '<dt>' . esc_html(Words::say("field.$field")) . '</dt><dd>' . nl2br(esc_html((string) $text)) . '</dd>';
                }
            }
        }
        echo '</dl>';
    }

    public static function page(): void
    {
        if (!current_user_can(self::OWNER)) {
            wp_die(esc_html(Words::say('denied')), '', ['response' => 403]);
        }
        echo '<div class="wrap"><h1>Amanah</h1>';
        $said = isset($_GET['said']) && is_string($_GET['said']) ? sanitize_text_field(wp_unslash($_GET['said'])) : '';
        if (preg_match('/^[a-z0-9._]{1,64}$/D', $said)) { // a cause, never a sentence of somebody's link
            self::notice('error', Words::say($said));
        }
        $problem = Config::problem();
        if ($problem !== '') {
            self::notice('error', Words::say($problem));
        } else {
            self::state();
            self::buttons();
        }
        echo '</div>';
    }

    private static function notice(string $kind, string $words): void
    {
        echo '<div class="notice notice-' . esc_attr($kind) . '"><p>' . esc_html($words) . '</p></div>';
    }

    private static function state(): void
    {
        global $wpdb;
        $trouble = (array) get_option('amanah_trouble', []);
        $lie = (array) get_option('amanah_tampering', []);
        $away = Mirror::paused();
        $when = isset($trouble['at']) ? wp_date('Y-m-d H:i', (int) $trouble['at']) : '';
        self::notice($away ? 'warning' : 'success', $away ? Words::say('away', $when) : Words::say('connected'));
        if (!$away && $trouble) {
            echo '<p>' . esc_html(Words::say('trouble', $trouble['code'], $when)) . '</p>';
        }
        foreach (['overflow' => 'amanah_overflow', 'views.lost' => 'amanah_views_lost'] as $key => $option) {
            get_option($option) && self::notice('warning', Words::say($key));
        }
        $lie && self::notice('error', Words::say('tampering', $lie['says']));
        echo '<p>' . esc_html(Words::say('stage.' . Stages::stage())) . '</p><table class="widefat striped"><tbody>';
        $counts = ['count.sent' => $wpdb->get_var("SELECT COUNT(*) FROM {$wpdb->prefix}amanah_map WHERE subject <> '' AND state < 8"),
            'count.moved' => Stages::moved(), 'count.queue' => Mirror::waiting(), 'count.views' => Config::sightings()->waiting(),
            'count.receipts' => Config::ledger()->waiting()];
        foreach ($counts as $key => $count) {
            echo '<tr><td>' . esc_html(Words::say($key)) . '</td><td>' . esc_html(number_format_i18n((int) $count)) . '</td></tr>';
        }
        echo '</tbody></table>';
        $asked = $wpdb->get_col("SELECT subject FROM {$wpdb->prefix}amanah_map WHERE asked = 1 AND subject <> '' LIMIT 50");
        $asked && print '<p>' . esc_html(Words::say('asked', 'amanah subject erase ' . implode('; amanah subject erase ', $asked))) . '</p>';
        $job = Stages::job();
        if ($job['name'] !== '') {
            $found = $job['found_count'] > 0 ? Words::say('found.' . $job['name'], $job['found_count'])
                : ($job['state'] === 'done' && in_array($job['name'], ['compare', 'scan'], true) ? Words::say('found.none') : '');
            echo '<p>' . esc_html(Words::say('job', Words::say('do.' . $job['name']), Words::say('state.' . $job['state']), $job['done'],
                $job['total'])) . ' ' . esc_html($found) . '</p>';
            echo $job['found'] ? '<ul><li>' . implode('</li><li>', array_map('esc_html', $job['found'])) . '</li></ul>' : '';
        }
    }

    private static function buttons(): void
    {
        echo '<form method="post" action="' . esc_url(admin_url('admin-post.php')) . '">';
        echo '<input type="hidden" name="action" value="amanah_do">' . wp_nonce_field('amanah_do', '_wpnonce', true, false) . '<p>';
        foreach (self::DOES[Stages::stage()] ?? [] as $what) {
            echo '<button type="submit" class="button" name="what" value="' . esc_attr($what) . '">' . esc_html(Words::say("do.$what"))
                . '</button> ';
        }
        echo '</p></form>';
    }
}
