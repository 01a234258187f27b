<?php
/**
 * Plugin Name: Amanah for WooCommerce
 * Description: Customers' data in a vault that logs every look. Observes first; then keeps the contact fields in place of the shop's tables.
 * Version: 0.1.0
 * Requires at least: 6.1
 * Requires PHP: 7.4
 * License: see LICENSE
 *
 * Files: config (where the keys are) · rows (the shop's tables) · mirror (map, queue, hooks of change) · views (who saw whom) ·
 * vault (what is read from the vault in place of the tables) · stages (jobs) · admin (the page) · words (its sentences).
 */

declare(strict_types=1);

namespace AmanahShop;

defined('ABSPATH') || exit;

foreach (['client', 'config', 'rows', 'mirror', 'views', 'vault', 'stages', 'words', 'admin'] as $part) {
    require_once __DIR__ . '/' . $part . '.php';
}

register_activation_hook(__FILE__, [Mirror::class, 'install']);
register_deactivation_hook(__FILE__, function () {
    wp_clear_scheduled_hook('amanah_tick');
});

add_filter('cron_schedules', function ($known) {
    return $known + ['amanah_minute' => ['interval' => 60, 'display' => 'Amanah: each minute']];
});
add_action('amanah_tick', [Stages::class, 'tick']);
add_action('init', function () {
    if (!wp_next_scheduled('amanah_tick')) {
        wp_schedule_event(time(), 'amanah_minute', 'amanah_tick');
    }
});

Mirror::hooks();
Views::hooks();
Vault::hooks();
Admin::hooks();

if (defined('WP_CLI') && \WP_CLI) {
    \WP_CLI::add_command('amanah', function (array $words) {
        $job = $words[0] ?? 'status';
        if ($job === 'tick') {
            Stages::tick();
        } elseif ($job !== 'status') {
            $code = Stages::begin($job);
            while ($code === '' && Stages::job()['state'] === 'running') {
                Stages::step(10);
            }
            if ($code !== '') {
                \WP_CLI::error($code);
            }
        }
        \WP_CLI::line(wp_json_encode(['stage' => Stages::stage(), 'job' => Stages::job(), 'waiting' => Mirror::waiting()]));
    });
}
