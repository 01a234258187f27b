<?php
/**
 * From the shop's tables to the vault and back, in steps that can each be taken back:
 *
 *     observe   customers are mirrored, views of staff are noted; the shop works as before
 *     shadow    the same for every order; then jobs: backfill, compare (what differs, without values)
 *     vault     cut over moves record after record; the tables hold tokens, what is read comes from the vault; scan looks for
 *               what is left of values anywhere; back brings the values into the tables again
 *
 * A job goes through users, then orders, in chunks; where it is stands in wp_options, so it goes on after anything.
 */

declare(strict_types=1);

namespace AmanahShop;

defined('ABSPATH') || exit;

final class Stages
{
    public const JOBS = ['backfill', 'compare', 'cut-over', 'back', 'scan'];
    private const CHUNK = 50;
    private const LISTED = 200;
    private const COMPARED_S = DAY_IN_SECONDS;

    public static function stage(): string
    {
        return (string) get_option('amanah_stage', 'observe');
    }

    public static function job(): array
    {
        return (array) get_option('amanah_job', []) + ['name' => '', 'state' => 'none', 'kind' => 'user', 'cursor' => 0, 'done' => 0,
            'total' => 0, 'found' => [], 'found_count' => 0, 'began' => 0, 'ended' => 0];
    }

    /** @return string '' when it began, else why not, as a key of words.php */
    public static function begin(string $what): string
    {
        $stage = self::stage();
        $running = self::job()['state'] === 'running';
        if (Config::problem() !== '') {
            return Config::problem();
        }
        if ($what === 'shadow' && $stage === 'observe') {
            update_option('amanah_stage', 'shadow');
            $what = 'backfill';
        } elseif ($what === 'observe' && $stage === 'shadow' && !$running) {
            update_option('amanah_stage', 'observe');
            return '';
        } elseif (!in_array($what, self::JOBS, true)) {
            return 'job.unknown';
        } elseif ($running) {
            return 'job.running';
        } elseif ($what === 'compare' && $stage !== 'shadow') {
            return 'job.stage';
        } elseif ($what === 'cut-over' && $stage !== 'vault' && !self::compared()) {
            return 'job.compare';
        } elseif ($what === 'back' && $stage !== 'vault' && self::moved() === 0) {
            return 'job.stage';
        } elseif ($what === 'back' && !Config::has('back')) {
            return 'job.back';
        }
        if ($what === 'cut-over') {
            update_option('amanah_stage', 'vault');
        } elseif ($what === 'back') {
            update_option('amanah_stage', 'shadow');
        }
        update_option('amanah_job', ['name' => $what, 'state' => 'running', 'began' => time(),
            'total' => $what === 'scan' ? count(Residue::places()) : Rows::count('user') + Rows::count('order')] + ['found' => []], false);
        return '';
    }

    /** Did a comparison of today find nothing? */
    public static function compared(): bool
    {
        $last = (array) get_option('amanah_compared', []);
        return ($last['found'] ?? 1) === 0 && ($last['at'] ?? 0) > time() - self::COMPARED_S;
    }

    public static function moved(): int
    {
        global $wpdb;
        return (int) $wpdb->get_var("SELECT COUNT(*) FROM {$wpdb->prefix}amanah_map WHERE state = " . Mirror::MOVED);
    }

    /** Each minute. Nothing here may stop the rest. */
    public static function tick(): void
    {
        if (Config::problem() !== '') {
            return;
        }
        $parts = [
            function () {
                Mirror::flush(20);
            },
            function () {
                Mirror::paused() || Config::sightings()->send(Config::client('write'));
            },
            [self::class, 'sweep'],
            function () {
                self::step(20);
            },
            function () {
                if (!Mirror::paused() && (int) get_option('amanah_checked', 0) < time() - HOUR_IN_SECONDS) {
                    Config::ledger()->check(Config::client('write'));
                    update_option('amanah_checked', time(), false);
                }
            },
        ];
        foreach ($parts as $part) {
            try {
                $part();
            } catch (\Amanah\Failure $failure) {
                Mirror::trouble($failure);
            } catch (\Throwable $failure) {
                error_log('Amanah: ' . get_class($failure) . ' in ' . basename($failure->getFile()) . ':' . $failure->getLine());
            }
        }
    }

    /** Go on with the job for so many seconds. */
    public static function step(int $seconds): void
    {
        global $wpdb;
        $until = microtime(true) + $seconds;
        if (self::job()['state'] !== 'running' || !$wpdb->get_var("SELECT GET_LOCK('{$wpdb->prefix}amanah_job', 0)")) {
            return;
        }
        try {
            do {
                $job = self::chunk(self::job());
                update_option('amanah_job', $job, false);
            } while ($job['state'] === 'running' && microtime(true) < $until);
        } catch (\Amanah\Failure $failure) {
            Mirror::trouble($failure); // goes on at the next tick after the pause
            if (PHP_SAPI === 'cli' && !wp_doing_cron()) {
                throw $failure;
            }
        } finally {
            $wpdb->query("SELECT RELEASE_LOCK('{$wpdb->prefix}amanah_job')");
        }
    }

    private static function chunk(array $job): array
    {
        if ($job['name'] === 'scan') {
            return self::scan_chunk($job);
        }
        $ids = Rows::next($job['kind'], $job['cursor'], self::CHUNK);
        if (!$ids) {
            return $job['kind'] === 'user' ? ['kind' => 'order', 'cursor' => 0] + $job : self::ended($job);
        }
        if ($job['name'] === 'compare') {
            self::differing($job['kind'], $ids, $job);
        } else {
            foreach ($ids as $id) {
                $left = ['backfill' => [Mirror::class, 'push'], 'cut-over' => [self::class, 'cut'], 'back' => [self::class, 'back']]
                    [$job['name']]($job['kind'], $id);
                $left === false && self::list_found($job, Rows::ref($job['kind'], $id));
                $job['cursor'] = $id;
            }
        }
        $job['cursor'] = end($ids);
        $job['done'] += count($ids);
        return $job;
    }

    private static function list_found(array &$job, string $what): void
    {
        $job['found_count']++;
        if (count($job['found']) < self::LISTED) {
            $job['found'][] = $what;
        }
    }

    private static function ended(array $job): array
    {
        if ($job['name'] === 'compare') {
            update_option('amanah_compared', ['at' => time(), 'found' => $job['found_count']], false);
        } elseif ($job['name'] === 'backfill') {
            delete_option('amanah_overflow');
        } elseif ($job['name'] === 'back') {
            delete_option('amanah_compared');
        }
        return ['state' => 'done', 'ended' => time()] + $job;
    }

    /** Which of these the vault has otherwise, by asking it what an import would change: no value comes back. */
    private static function differing(string $kind, array $ids, array &$job): void
    {
        $rows = [];
        foreach ($ids as $id) {
            $record = Rows::read($kind, $id);
            if (Mirror::wanted($kind, $record) && Mirror::state($kind, $id) !== Mirror::MOVED) {
                $fields = array_filter(Rows::fields($record), 'is_string');
                $rows[] = ['ref' => Rows::ref($kind, $id)] + array_intersect_key($fields, ['woo_account' => 0, 'woo_billing' => 0,
                    'woo_shipping' => 0]);
            }
        }
        self::halve($rows, $job);
    }

    private static function halve(array $rows, array &$job): void
    {
        if (!$rows) {
            return;
        }
        $map = 'woo_account=woo_account,woo_billing=woo_billing,woo_shipping=woo_shipping';
        $there = array_reduce($rows, function ($all, $row) {
            return $all + $row;
        }, []);
        $map = implode(',', array_filter(explode(',', $map), function ($pair) use ($there) {
            return isset($there[strtok($pair, '=')]);
        }));
        $told = Config::client('write')->import($rows, ['on_conflict' => 'update', 'dry_run' => 'true'] + ($map ? ['map' => $map] : []));
        if ($told['unchanged'] === count($rows)) {
            return;
        }
        if (count($rows) === 1) {
            self::list_found($job, $rows[0]['ref'] . ($told['created'] > 0 ? ' (-)' : ''));
            return;
        }
        foreach (array_chunk($rows, (int) ceil(count($rows) / 2)) as $half) {
            self::halve($half, $job);
        }
    }

    /** @return bool false: it could not be moved now, and is listed */
    public static function cut(string $kind, int $id): bool
    {
        global $wpdb;
        $record = Rows::read($kind, $id);
        if ($record === null || Mirror::state($kind, $id) === Mirror::MOVED) {
            return true;
        }
        if ($kind === 'order' && !Rows::settled($id)) {
            return true; // sweep() takes it when it is
        }
        Mirror::push($kind, $id);
        $wpdb->query('START TRANSACTION');
        $locked = Rows::read($kind, $id, true);
        $same = $locked !== null && Mirror::row($kind, $id) !== null && Mirror::row($kind, $id)['digest']
            === Mirror::digest([Rows::fields($locked), $locked['country'], $locked['lang']]);
        if ($same) {
            self::traces($locked);
            Rows::write($kind, $id, Rows::blank($kind, $id, $locked));
            Mirror::note($kind, $id, ['state' => Mirror::MOVED, 'tag' => Mirror::mail_tag($locked)]);
        }
        $wpdb->query($same ? 'COMMIT' : 'ROLLBACK');
        return $same;
    }

    /**
     * What somebody wrote into the tables of a record that is to be in the vault: sealed into the queue, and out of the tables.
     * Without room in the queue it stays in the tables, where sweep() finds it again.
     */
    public static function take(string $kind, int $id, array $record, array $whole, array $cleared = []): void
    {
        global $wpdb;
        if ($kind === 'order' && !Rows::settled($id)) {
            return;
        }
        $known = Mirror::row($kind, $id);
        if ($known === null) {
            $whole = ['account', 'billing', 'shipping'];
        }
        $wpdb->query('START TRANSACTION');
        $record = Rows::read($kind, $id, true) ?? $record;
        $what = Mirror::queued($kind, $id) ?? ['groups' => [], 'whole' => []];
        foreach (['account', 'billing', 'shipping'] as $group) {
            $new = Rows::left($record)[$group] ?? [];
            $before = array_diff_key($what['groups'][$group] ?? [], array_flip(self::columns_of($cleared, $group)));
            $what['groups'][$group] = in_array($group, $whole, true) ? $new : $new + $before;
        }
        foreach ($cleared as $path) {
            [$group, $column] = explode('.', $path);
            $what['groups'][$group] += [$column => ''];
        }
        $what = ['whole' => array_values(array_unique(array_merge($what['whole'], $whole))), 'country' => $record['country'],
            'lang' => $record['lang'], 'owner' => $record['owner']] + $what;
        if (Mirror::put($kind, $id, 'merge', $what)) {
            self::traces($record);
            $tag = Mirror::mail_tag($record);
            Rows::write($kind, $id, Rows::blank($kind, $id, $record));
            Mirror::note($kind, $id, ['state' => Mirror::MOVED, 'digest' => ''] + ($tag !== '' ? ['tag' => $tag] : []));
        }
        $wpdb->query('COMMIT');
    }

    private static function columns_of(array $paths, string $group): array
    {
        return array_map(function ($path) use ($group) {
            return substr($path, strlen($group) + 1);
        }, array_filter($paths, function ($path) use ($group) {
            return strncmp($path, "$group.", strlen($group) + 1) === 0;
        }));
    }

    /** Send what take() kept. What is not whole is laid over what the vault has: that is a look, with its reason. */
    public static function merge(string $kind, int $id, array $what): void
    {
        $known = Mirror::row($kind, $id);
        $base = ['account' => [], 'billing' => array_fill_keys(Rows::BILLING, ''), 'shipping' => array_fill_keys(Rows::SHIPPING, '')];
        $missing = array_diff(['account', 'billing', 'shipping'], $what['whole']);
        if ($missing && $known !== null && $known['subject'] !== '') {
            $seen = Config::client('staff')->reveal([$known['subject']], ['woo_account', 'woo_billing', 'woo_shipping'], 'order',
                ['reason' => 'the shop changed a part of ' . Rows::ref($kind, $id)]);
            $base = Rows::from_fields($seen[$known['subject']] ?? []);
        }
        foreach (array_keys($base) as $group) {
            $empty = in_array($group, $what['whole'], true) ? array_fill_keys(array_keys($base[$group]), '') : $base[$group];
            $base[$group] = array_merge($empty, $what['groups'][$group] ?? []);
        }
        $record = $base + ['country' => (string) $what['country'], 'lang' => (string) $what['lang'], 'owner' => (int) $what['owner']];
        Mirror::note($kind, $id, ['subject' => Mirror::send($kind, $id, $record, Rows::fields($record))]);
    }

    /** Orders and customers in the tables that a request which died, or a payment that took its time, left there. */
    public static function sweep(): void
    {
        global $wpdb;
        if (self::stage() !== 'vault' || self::job()['state'] === 'running') {
            return;
        }
        $token = '%@vault.invalid';
        $orders = Rows::orders_have_tables()
            ? $wpdb->prepare("SELECT DISTINCT order_id FROM {$wpdb->prefix}wc_order_addresses WHERE (email <> '' AND email NOT LIKE %s)
                OR first_name <> '' OR last_name <> '' OR address_1 <> '' OR phone <> '' ORDER BY order_id LIMIT 200", $token)
            : $wpdb->prepare("SELECT DISTINCT post_id FROM {$wpdb->postmeta} WHERE meta_key = '_billing_email' AND meta_value <> ''
                AND meta_value NOT LIKE %s LIMIT 200", $token);
        $users = $wpdb->prepare("SELECT ID FROM {$wpdb->users} WHERE user_email NOT LIKE %s ORDER BY ID DESC LIMIT 200", $token);
        foreach (['order' => $orders, 'user' => $users] as $kind => $sql) {
            foreach ($wpdb->get_col($sql) as $id) {
                $record = Rows::read($kind, (int) $id);
                if ($record !== null && Rows::left($record)) {
                    self::take($kind, (int) $id, $record, []);
                }
            }
        }
    }

    public static function back(string $kind, int $id): bool
    {
        $known = Mirror::row($kind, $id);
        $record = Rows::read($kind, $id);
        if ($record === null || $known === null || (int) $known['state'] !== Mirror::MOVED) {
            return true;
        }
        $waits = Mirror::queued($kind, $id);
        if ($waits !== null) { // what the vault has not got yet goes there first
            self::merge($kind, $id, $waits);
            Mirror::forget($kind, $id);
            $known = Mirror::row($kind, $id);
        }
        $seen = Config::client('back')->reveal([$known['subject']], ['woo_account', 'woo_billing', 'woo_shipping'], 'migration',
            ['reason' => 'the shop takes its columns back']);
        if (!isset($seen[$known['subject']])) {
            return false;
        }
        $held = Rows::from_fields($seen[$known['subject']]);
        foreach (['account', 'billing', 'shipping'] as $group) {
            foreach ($record[$group] as $name => $now) {
                $keep = $group === 'account' && in_array($name, ['login', 'nicename', 'display'], true) ? $now : '';
                $record[$group][$name] = $held[$group][$name] ?? $keep;
            }
        }
        Rows::write($kind, $id, $record);
        Mirror::note($kind, $id, ['state' => Mirror::SENT, 'digest' => '']);
        return true;
    }

    private static function traces(array $record): void
    {
        global $wpdb;
        foreach (Residue::of_record(Rows::left($record)) as $tag) {
            $wpdb->query($wpdb->prepare("INSERT IGNORE INTO {$wpdb->prefix}amanah_trace (tag) VALUES (%s)", $tag));
        }
    }

    private static function scan_chunk(array $job): array
    {
        $places = Residue::places();
        $place = $places[$job['done']] ?? null;
        if ($place === null) {
            update_option('amanah_scanned', ['at' => time(), 'found' => $job['found_count']], false);
            return self::ended($job);
        }
        [$found, $next] = Residue::look($place, $job['cursor']);
        foreach ($found as $what) {
            self::list_found($job, $what);
        }
        $job['cursor'] = $next;
        $job['done'] += $next === 0 ? 1 : 0;
        return $job;
    }
}

/**
 * What is left of moved values, anywhere in the shop's database and logs. The values are gone from here, so they are known by
 * keyed tags alone: of each e-mail, telephone, name of two words, beginning of an address, and login.
 */
final class Residue
{
    private const ROWS = 500;
    private const FILE_BYTES = 1048576;

    private static function lower(string $text): string
    {
        return function_exists('mb_strtolower') ? mb_strtolower($text, 'UTF-8') : strtolower($text);
    }

    private static function words(string $text): array
    {
        preg_match_all('/[\p{L}\p{N}]+/u', self::lower(wp_check_invalid_utf8($text, true)), $found);
        return $found[0];
    }

    /** @return string[] tags by which the values of a record are known again */
    public static function of_record(array $groups): array
    {
        $tags = [];
        foreach ($groups as $values) {
            foreach ($values as $name => $value) {
                $words = self::words($value);
                $digits = preg_replace('/[^0-9]/', '', $value);
                if ($name === 'email') {
                    $tags[] = Config::tag('email', strtolower($value));
                } elseif ($name === 'phone' && strlen($digits) >= 8) {
                    $tags[] = Config::tag('phone', substr($digits, -8));
                } elseif ($name === 'address_1' && count($words) > 1) {
                    $tags[] = Config::tag('words', implode(' ', array_slice($words, 0, 3)));
                } elseif (in_array($name, ['login', 'nicename', 'nickname'], true) && strlen($value) >= 6 && count($words) === 1) {
                    $tags[] = Config::tag('words', $words[0]);
                }
            }
            $full = self::words(($values['first_name'] ?? '') . ' ' . ($values['last_name'] ?? ''));
            if (count($full) >= 2) {
                $tags[] = Config::tag('words', $full[0] . ' ' . $full[1]);
            }
        }
        return array_values(array_unique($tags));
    }

    /** Every tag that a text could answer to. */
    private static function of_text(string $text): array
    {
        $tags = [];
        preg_match_all('/[A-Za-z0-9._%+\'-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}/', $text, $mails);
        foreach (array_unique($mails[0]) as $mail) {
            if (Rows::of_token($mail) === null) {
                $tags[] = Config::tag('email', strtolower($mail));
            }
        }
        preg_match_all('/[0-9](?:[ ().-]{0,2}[0-9]){7,}/', $text, $phones);
        foreach (array_unique($phones[0]) as $phone) {
            $tags[] = Config::tag('phone', substr(preg_replace('/[^0-9]/', '', $phone), -8));
        }
        $words = self::words($text);
        foreach ($words as $at => $word) {
            foreach ([1, 2, 3] as $count) {
                $run = array_slice($words, $at, $count);
                if (count($run) === $count && ($count > 1 || strlen($word) >= 6)) {
                    $tags[] = Config::tag('words', implode(' ', $run));
                }
            }
        }
        return array_unique($tags);
    }

    public static function known(string $text): bool
    {
        global $wpdb;
        foreach (array_chunk(self::of_text($text), 500) as $tags) {
            $marks = implode(',', array_fill(0, count($tags), '%s'));
            if ($wpdb->get_var($wpdb->prepare("SELECT 1 FROM {$wpdb->prefix}amanah_trace WHERE tag IN ($marks) LIMIT 1", ...$tags))) {
                return true;
            }
        }
        return false;
    }

    /** @return string[] tables of the shop, and files of logs as "file:PATH" */
    public static function places(): array
    {
        global $wpdb;
        $tables = $wpdb->get_col($wpdb->prepare('SHOW TABLES LIKE %s', $wpdb->esc_like($wpdb->prefix) . '%'));
        $tables = array_values(array_diff($tables, [$wpdb->prefix . 'amanah_trace', $wpdb->prefix . 'amanah_queue']));
        $logs = array_merge(glob(WP_CONTENT_DIR . '/uploads/wc-logs/*.log') ?: [], glob(WP_CONTENT_DIR . '/*.log') ?: []);
        return array_merge($tables, array_map(function ($path) {
            return 'file:' . substr($path, strlen(WP_CONTENT_DIR) + 1);
        }, $logs));
    }

    /** @return array what was found, and where to go on: 0 when the place is done */
    public static function look(string $place, int $from): array
    {
        global $wpdb;
        if (strncmp($place, 'file:', 5) === 0) {
            $path = WP_CONTENT_DIR . '/' . substr($place, 5);
            $text = (string) @file_get_contents($path, false, null, $from, self::FILE_BYTES);
            return [$text !== '' && self::known($text) ? [$place] : [], strlen($text) < self::FILE_BYTES ? 0 : $from + self::FILE_BYTES];
        }
        $found = [];
        $rows = $wpdb->get_results($wpdb->prepare("SELECT * FROM `$place` ORDER BY 1 LIMIT %d OFFSET %d", self::ROWS, $from), ARRAY_A);
        foreach ($rows as $row) {
            foreach ($row as $column => $value) {
                if (is_string($value) && strlen($value) > 5 && self::known($value)) {
                    $found[] = "$place.$column " . reset($row);
                }
            }
        }
        return [$found, count($rows) < self::ROWS ? 0 : $from + self::ROWS];
    }
}
