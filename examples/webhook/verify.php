<?php
// Check a notification, and a small receiver:  php -S 127.0.0.1:PORT verify.php
// Needs SHROFF_WEBHOOK_SECRET (whsec_…); PHP 8, no extensions.
declare(strict_types=1);

const TOLERANCE = 300;                                  // seconds

// $body: the bytes as they came, never JSON serialised again
function verified(array $headers, string $body, string $secret, ?int $now = null): bool
{
    $id = $headers['webhook-id'] ?? '';
    $time = $headers['webhook-timestamp'] ?? '';
    if ($id === '' || !preg_match('/^\d{1,10}$/D', $time)) {
        return false;
    }
    if (abs(($now ?? time()) - (int) $time) > TOLERANCE) {
        return false;
    }
    $key = base64_decode(preg_replace('/^whsec_/', '', $secret));
    if (strlen((string) $key) < 24) {
        throw new RuntimeException('SHROFF_WEBHOOK_SECRET is not whsec_ and base64');
    }
    $ours = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$time.$body", $key, true));
    $good = false;
    foreach (explode(' ', $headers['webhook-signature'] ?? '') as $entry) {
        $good = hash_equals($ours, $entry) || $good;    // several while the secret rotates
    }
    return $good;
}

function receive(): void
{
    $headers = array_change_key_case(getallheaders());
    $body = file_get_contents('php://input');
    if (!verified($headers, $body, (string) getenv('SHROFF_WEBHOOK_SECRET'))) {
        http_response_code(401);
        echo 'bad signature';
        return;
    }
    ['type' => $type, 'data' => $data] = json_decode($body, true);
    error_log("{$headers['webhook-id']} $type {$data['merchant_order_id']} {$data['version']}");
    // Here: one transaction that stores webhook-id and marks your order paid. Only then:
    echo 'SUCCESS';
}

if (PHP_SAPI !== 'cli') {
    try {
        receive();
    } catch (RuntimeException $error) {
        error_log($error->getMessage());
        http_response_code(500);                        // not acknowledged: it comes again
    }
} elseif (realpath($_SERVER['SCRIPT_FILENAME']) === __FILE__) {
    fwrite(STDERR, "usage: php -S 127.0.0.1:PORT verify.php, with SHROFF_WEBHOOK_SECRET set\n");
    exit(2);
}
