<?php
/** One request: WordPress is loaded, somebody is signed in, the code given runs, and its answer is printed as JSON. */
$in = json_decode(stream_get_contents(STDIN), true);
error_reporting(E_ALL);
foreach ($in['constants'] as $name => $value) {
    define($name, $value);
}
$_SERVER += ['HTTP_HOST' => 'shop.example', 'SERVER_PROTOCOL' => 'HTTP/1.1', 'REMOTE_ADDR' => '192.0.2.7'];
$_SERVER['REQUEST_METHOD'] = $in['method'];
$_SERVER['REQUEST_URI'] = '/';
$_POST = $in['post'];
$_GET = $in['get'];
$_REQUEST = $_POST + $_GET;
$table_prefix = 'wp_';
if (!empty($in['install'])) {
    define('WP_INSTALLING', true);
}
require ABSPATH . 'wp-settings.php';
set_error_handler(function ($no, $words, $file, $line) {
    if (error_reporting() & $no && strpos($file, '/amanah/') !== false && !($no & E_DEPRECATED)) {
        throw new ErrorException($words, 0, $no, $file, $line);
    }
    return false;
});
if (!empty($in['user'])) {
    wp_set_current_user($in['user']);
}
$die = function () {
    return function ($words) {
        throw new RuntimeException('died: ' . (is_string($words) ? $words : 'error'));
    };
};
add_filter('wp_die_handler', $die);
add_filter('wp_redirect', '__return_false');
ob_start();
try {
    $out = eval($in['code']);
} catch (RuntimeException $failure) {
    $out = ['died' => get_class($failure) . ' ' . $failure->getMessage()];
}
$printed = ob_get_clean();
echo json_encode(['out' => $out, 'printed' => $printed], JSON_INVALID_UTF8_SUBSTITUTE), "\n";
