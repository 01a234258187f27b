<?php
/**
 * Pages of the shop that show customers to staff, and what takes customers out of it, become sightings: a line each in a file
 * outside the web root (clients: Sightings), which cron sends. A line has a time, the member of staff, the kind of page and refs.
 */

declare(strict_types=1);

namespace AmanahShop;

defined('ABSPATH') || exit;

final class Views
{
    private static $seen = []; // event => refs

    public static function hooks(): void
    {
        $order = function ($event) {
            return function ($order) use ($event) {
                self::order($event, $order);
            };
        };
        add_action('woocommerce_admin_order_data_after_order_details', $order('order.view'));
        add_filter('woocommerce_admin_order_preview_get_order_details', function ($details, $order) {
            self::order('order.view', $order);
            return $details;
        }, 10, 2);
        foreach (['manage_woocommerce_page_wc-orders_custom_column', 'manage_shop_order_posts_custom_column'] as $hook) {
            add_action($hook, function ($column, $order) {
                self::order('orders.list', $order);
            }, 10, 2);
        }
        foreach (['edit_user_profile', 'show_user_profile'] as $hook) {
            add_action($hook, function ($user) {
                self::saw('customer.view', 'user', (int) $user->ID);
            });
        }
        add_filter('user_row_actions', function ($actions, $user) {
            self::saw('customers.list', 'user', (int) $user->ID);
            return $actions;
        }, 10, 2);
        foreach (['woocommerce_rest_prepare_shop_order_object', 'woocommerce_rest_prepare_customer', 'rest_prepare_user'] as $hook) {
            add_filter($hook, function ($answer, $what) use ($hook) {
                if ($hook === 'woocommerce_rest_prepare_shop_order_object') {
                    self::order('api.view', $what);
                } else {
                    self::saw('api.view', 'user', (int) (method_exists($what, 'get_id') ? $what->get_id() : $what->ID));
                }
                return $answer;
            }, 10, 2);
        }
        add_filter('woocommerce_rest_prepare_report_customers', function ($answer, $report, $request = null) {
            $id = (int) (is_array($report) ? ($report['user_id'] ?? 0) : ($report->user_id ?? 0));
            self::saw('export', 'user', $id);
            return $answer;
        }, 10, 3);
        add_action('export_wp', function () {
            self::saw('export', 'user', 0);
        });
        add_filter('wp_privacy_personal_data_export_page', function ($answer, $index, $email) {
            $user = get_user_by('email', (string) $email);
            self::saw('export', 'user', $user ? (int) $user->ID : 0);
            return $answer;
        }, 10, 3);
        add_action('shutdown', [self::class, 'finish'], 9998);
    }

    private static function order(string $event, $order): void
    {
        $id = is_object($order) && method_exists($order, 'get_id') ? (int) $order->get_id() : (int) (is_scalar($order) ? $order : 0);
        $owner = $id > 0 ? Rows::customer_of($id) : -1;
        if ($owner >= 0) {
            $owner > 0 ? self::saw($event, 'user', $owner) : self::saw($event, 'order', $id);
        }
    }

    /** `$id` 0: it cannot be told whom. Customers who see themselves are no sighting. */
    private static function saw(string $event, string $kind, int $id): void
    {
        if ($id > 0 && $kind === 'user' && ($id === get_current_user_id() || !Rows::customer($id))) {
            return;
        }
        self::$seen[$event][$id > 0 ? Rows::ref($kind, $id) : ''] = true;
    }

    public static function finish(): void
    {
        $seen = self::$seen;
        self::$seen = [];
        if (!$seen || Config::problem() !== '') {
            return;
        }
        $user = wp_get_current_user();
        $who = $user && $user->exists() ? $user->user_login : (PHP_SAPI === 'cli' ? 'console' : '');
        try {
            foreach ($seen as $event => $refs) {
                $named = array_values(array_filter(array_keys($refs), 'strlen'));
                if ($named && !Config::sightings()->note($who, "EVENT $event", array_map('strval', $named))) {
                    update_option('amanah_views_lost', time(), false);
                }
                if (isset($refs['']) && !Config::sightings()->note($who, "EVENT $event", [])) {
                    update_option('amanah_views_lost', time(), false);
                }
            }
        } catch (\Throwable $failure) { // no page fails because a line could not be written
            update_option('amanah_views_lost', time(), false);
        }
    }
}
