<?php
/**
 * A stand-in for WooCommerce, which Debian does not have: its tables (HPOS) with their columns, and its hooks with their names and
 * arguments, as far as the plugin uses them. WordPress around it is the real one. Put into mu-plugins by tests/scenario/woocommerce.py.
 */

const WC_ADDRESS = ['first_name', 'last_name', 'company', 'address_1', 'address_2', 'city', 'state', 'postcode', 'country', 'email', 'phone'];

function standin_install()
{
    global $wpdb;
    $p = $wpdb->prefix;
    $c = $wpdb->get_charset_collate();
    foreach ([
        "CREATE TABLE {$p}wc_orders (id bigint(20) unsigned PRIMARY KEY, status varchar(20), currency varchar(10), type varchar(20),
            tax_amount decimal(26,8), total_amount decimal(26,8), customer_id bigint(20) unsigned, billing_email varchar(320),
            date_created_gmt datetime, date_updated_gmt datetime, parent_order_id bigint(20) unsigned, payment_method varchar(100),
            payment_method_title text, transaction_id varchar(100), ip_address varchar(100), user_agent text, customer_note text,
            KEY customer_id_billing_email (customer_id, billing_email), KEY billing_email (billing_email)) $c",
        "CREATE TABLE {$p}wc_order_addresses (id bigint(20) unsigned AUTO_INCREMENT PRIMARY KEY, order_id bigint(20) unsigned NOT NULL,
            address_type varchar(20), first_name text, last_name text, company text, address_1 text, address_2 text, city text, state text,
            postcode text, country text, email varchar(320), phone varchar(100), KEY order_id (order_id),
            UNIQUE KEY address_type_order_id (address_type, order_id), KEY email (email), KEY phone (phone)) $c",
        "CREATE TABLE {$p}wc_orders_meta (id bigint(20) unsigned AUTO_INCREMENT PRIMARY KEY, order_id bigint(20) unsigned,
            meta_key varchar(255), meta_value text, KEY order_id_meta_key (order_id, meta_key(100))) $c",
        "CREATE TABLE {$p}wc_customer_lookup (customer_id bigint(20) unsigned AUTO_INCREMENT PRIMARY KEY, user_id bigint(20) unsigned,
            username varchar(60) NOT NULL DEFAULT '', first_name varchar(255) NOT NULL, last_name varchar(255) NOT NULL,
            email varchar(100), date_last_active timestamp NULL, date_registered timestamp NULL, country char(2) NOT NULL DEFAULT '',
            postcode varchar(20) NOT NULL DEFAULT '', city varchar(100) NOT NULL DEFAULT '', state varchar(100) NOT NULL DEFAULT '',
            UNIQUE KEY user_id (user_id), KEY email (email)) $c",
        "CREATE TABLE {$p}woocommerce_sessions (session_id bigint(20) unsigned AUTO_INCREMENT PRIMARY KEY, session_key char(32) NOT NULL,
            session_value longtext NOT NULL, session_expiry bigint(20) unsigned NOT NULL, UNIQUE KEY session_key (session_key)) $c",
    ] as $sql) {
        $wpdb->query($sql);
    }
    add_role('customer', 'Customer', ['read' => true]);
    add_role('shop_manager', 'Shop manager', ['read' => true, 'edit_posts' => true, 'manage_woocommerce' => true, 'edit_shop_orders' => true]);
    get_role('administrator')->add_cap('edit_shop_orders');
    get_role('administrator')->add_cap('manage_woocommerce');
    update_option('woocommerce_custom_orders_table_enabled', 'yes');
}

/** Getters such as get_billing_city('view'|'edit'), setters, and one filter a property, as WC_Data has them. */
abstract class Standin
{
    protected $id = 0;
    public $data = ['billing' => [], 'shipping' => []];
    abstract protected function prefix();

    public function get_id()
    {
        return $this->id;
    }

    public function __call($name, $with)
    {
        if (preg_match('/^(get|set)_(billing|shipping)_(.+)$/', $name, $found)) {
            [, $act, $group, $column] = $found;
            if ($act === 'set') {
                if ($column === 'email' && $with[0] && !is_email($with[0])) {
                    throw new RuntimeException('invalid_billing_email');
                }
                $this->data[$group][$column] = $with[0];
                return;
            }
            $value = $this->data[$group][$column] ?? '';
            return ($with[0] ?? 'view') === 'view'
                ? apply_filters("woocommerce_{$this->prefix()}_get_{$group}_$column", $value, $this) : $value;
        }
        throw new BadMethodCallException($name);
    }
}

class WC_Order extends Standin
{
    public $customer = 0;
    public $status = 'wc-pending';

    public function __construct($id = 0)
    {
        global $wpdb;
        if ($id && get_option('woocommerce_custom_orders_table_enabled') !== 'yes') {
            $this->id = (int) $id;
            $this->customer = (int) get_post_meta($id, '_customer_user', true);
            $this->status = get_post_status($id);
            foreach (['billing', 'shipping'] as $group) {
                foreach (WC_ADDRESS as $column) {
                    $this->data[$group][$column] = (string) get_post_meta($id, "_{$group}_$column", true);
                }
            }
            return;
        }
        $row = $id ? $wpdb->get_row($wpdb->prepare("SELECT * FROM {$wpdb->prefix}wc_orders WHERE id = %d", $id)) : null;
        if ($row) {
            $this->id = (int) $id;
            $this->customer = (int) $row->customer_id;
            $this->status = $row->status;
            foreach ($wpdb->get_results($wpdb->prepare("SELECT * FROM {$wpdb->prefix}wc_order_addresses WHERE order_id = %d", $id), ARRAY_A)
                as $address) {
                $this->data[$address['address_type']] = array_intersect_key($address, array_flip(WC_ADDRESS));
            }
        }
    }

    protected function prefix()
    {
        return 'order';
    }

    public function get_customer_id()
    {
        return $this->customer;
    }

    public function get_address($group = 'billing')
    {
        return apply_filters('woocommerce_get_order_address', $this->data[$group], $group, $this);
    }

    /** Orders as posts, as they were kept before they had tables. */
    private function save_post()
    {
        $new = $this->id === 0;
        $this->id = wp_insert_post(['ID' => $this->id, 'post_type' => 'shop_order', 'post_status' => $this->status, 'post_title' => 'Order']);
        update_post_meta($this->id, '_customer_user', $this->customer);
        foreach (['billing', 'shipping'] as $group) {
            foreach ($this->data[$group] as $column => $value) {
                update_post_meta($this->id, "_{$group}_$column", $value);
            }
            update_post_meta($this->id, "_{$group}_address_index", implode(' ', array_map(function ($column) use ($group) {
                return $this->data[$group][$column] ?? '';
            }, array_diff(WC_ADDRESS, $group === 'shipping' ? ['email'] : []))));
        }
        do_action($new ? 'woocommerce_new_order' : 'woocommerce_update_order', $this->id, $this);
    }

    public function save()
    {
        global $wpdb;
        if (get_option('woocommerce_custom_orders_table_enabled') !== 'yes') {
            $this->save_post();
            return;
        }
        $p = $wpdb->prefix;
        $new = $this->id === 0;
        if ($new) {
            $this->id = (int) $wpdb->get_var("SELECT COALESCE(MAX(id), 100) + 1 FROM {$p}wc_orders");
            $wpdb->insert("{$p}wc_orders", ['id' => $this->id, 'type' => 'shop_order', 'date_created_gmt' => gmdate('Y-m-d H:i:s')]);
        }
        $wpdb->update("{$p}wc_orders", ['status' => $this->status, 'customer_id' => $this->customer,
            'billing_email' => $this->data['billing']['email'] ?? '', 'ip_address' => '192.0.2.1'], ['id' => $this->id]);
        foreach (['billing', 'shipping'] as $group) {
            $wpdb->query($wpdb->prepare("INSERT IGNORE INTO {$p}wc_order_addresses (order_id, address_type) VALUES (%d, %s)", $this->id, $group));
            $wpdb->update("{$p}wc_order_addresses", $this->data[$group], ['order_id' => $this->id, 'address_type' => $group]);
            $wpdb->delete("{$p}wc_orders_meta", ['order_id' => $this->id, 'meta_key' => "_{$group}_address_index"]);
            $wpdb->insert("{$p}wc_orders_meta", ['order_id' => $this->id, 'meta_key' => "_{$group}_address_index",
                'meta_value' => implode(' ', array_map(function ($column) use ($group) {
                    return $this->data[$group][$column] ?? '';
                }, array_diff(WC_ADDRESS, $group === 'shipping' ? ['email'] : [])))]);
        }
        do_action($new ? 'woocommerce_new_order' : 'woocommerce_update_order', $this->id, $this);
    }

    public function set_status($status)
    {
        $this->status = "wc-$status";
        $this->save();
        do_action("woocommerce_order_status_$status", $this->id, $this);
        wp_mail($this->get_billing_email(), "Order {$this->id} $status", "Your order {$this->id} is $status.");
    }
}

class WC_Customer extends Standin
{
    public function __construct($id)
    {
        $this->id = (int) $id;
        foreach (['billing', 'shipping'] as $group) {
            foreach (WC_ADDRESS as $column) {
                $this->data[$group][$column] = (string) get_user_meta($id, "{$group}_$column", true);
            }
        }
    }

    protected function prefix()
    {
        return 'customer';
    }

    public function save()
    {
        global $wpdb;
        foreach (['billing', 'shipping'] as $group) {
            foreach ($this->data[$group] as $column => $value) {
                update_user_meta($this->id, "{$group}_$column", $value);
            }
        }
        $user = get_userdata($this->id);
        $wpdb->replace("{$wpdb->prefix}wc_customer_lookup", ['user_id' => $this->id, 'username' => $user->user_login,
            'first_name' => get_user_meta($this->id, 'first_name', true), 'last_name' => get_user_meta($this->id, 'last_name', true),
            'email' => $user->user_email, 'postcode' => $this->data['billing']['postcode'], 'city' => $this->data['billing']['city']]);
        do_action('woocommerce_update_customer', $this->id, $this);
    }
}

function wc_get_order($id)
{
    return new WC_Order($id);
}

function wc_create_new_customer($email, $login, $password, $more = [])
{
    if (!is_email($email) || email_exists($email)) {
        return new WP_Error(is_email($email) ? 'registration-error-email-exists' : 'registration-error-invalid-email');
    }
    $errors = apply_filters('woocommerce_registration_errors', new WP_Error(), $login, $email);
    if ($errors->has_errors()) {
        return $errors;
    }
    $data = apply_filters('woocommerce_new_customer_data', ['user_login' => $login, 'user_pass' => $password, 'user_email' => $email,
        'role' => 'customer'] + $more);
    $id = wp_insert_user($data);
    do_action('woocommerce_created_customer', $id, $data, '');
    return $id;
}

/** WooCommerce's form for a forgotten password: it knows logins and the column of addresses. */
function standin_lost_password()
{
    do_action('wp_loaded');
    $login = sanitize_user(wp_unslash($_POST['user_login']));
    $user = get_user_by('login', $login) ?: get_user_by('email', $login);
    return $user ? wp_mail($user->user_email, 'Reset', 'key') : false;
}

/** The end of a checkout: the customer's own columns, the order, the mail. */
function standin_checkout($user, array $billing, array $shipping = [], $status = 'processing')
{
    $order = new WC_Order();
    $order->customer = (int) $user;
    $order->set_billing_email($billing['email']);
    $order->data = ['billing' => $billing, 'shipping' => $shipping ?: array_diff_key($billing, ['email' => 1])];
    $order->save();
    if ($user) {
        $customer = new WC_Customer($user);
        $customer->data = array_replace_recursive($customer->data, $order->data);
        $customer->save();
    }
    $order->set_status($status);
    return $order->get_id();
}

/** My account, edit address: what the form posts goes into the customer's columns. */
function standin_save_address($user, $group, array $values)
{
    $GLOBALS['notices'] = [];
    do_action('woocommerce_after_save_address_validation', $user, $group, $values);
    if ($GLOBALS['notices']) {
        return $GLOBALS['notices'];
    }
    foreach ($values as $column => $value) {
        update_user_meta($user, "{$group}_$column", $value);
    }
    do_action('woocommerce_customer_save_address', $user, $group);
    return [];
}

/** My account, account details: the order of checks and writes of WC_Form_Handler. */
function standin_save_account($id, array $values)
{
    $now = get_user_by('id', $id);
    $mail = $now->user_email;
    $user = (object) ($values + ['ID' => $id]);
    if (!is_email($user->user_email) || (email_exists($user->user_email) && $user->user_email !== $mail)) {
        return 'email';
    }
    $errors = new WP_Error();
    do_action_ref_array('woocommerce_save_account_details_errors', [&$errors, &$user]);
    $done = wp_update_user($user);
    if (is_wp_error($done)) {
        return $done->get_error_code();
    }
    if ($mail !== $user->user_email) {
        update_user_meta($id, 'billing_email', $user->user_email);
    }
    do_action('woocommerce_save_account_details', $id);
    return '';
}

function wc_add_notice($words, $kind = 'success')
{
    $GLOBALS['notices'][] = [$kind, $words];
}

function is_account_page()
{
    return !empty($GLOBALS['is_account_page']);
}

add_action('init', function () {
    register_post_type('shop_order', ['public' => false]);
    foreach (['wc-pending', 'wc-processing', 'wc-completed'] as $status) {
        register_post_status($status);
    }
});

// Mails that leave WordPress stand in a file.
add_filter('pre_wp_mail', function ($sent, $mail) {
    if ($sent === null) {
        $sent = true;
        file_put_contents(WP_CONTENT_DIR . '/mails.jsonl', json_encode($mail) . "\n", FILE_APPEND);
    }
    return $sent;
}, 99, 2);
