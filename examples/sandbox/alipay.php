<?php
// Alipay by PHP's own OpenSSL: makes an order, verifies the answer, verifies notices.
//   php alipay.php NUMBER NOTIFY_URL      prints what the payer scans
//   php -S 127.0.0.1:3000 alipay.php      takes notices, answers "success" to what is genuine
// Settings: the ALIPAY_… of sandbox.env, or of the real channel.

// What is signed: all members but the signature, sorted, those without a value left out.
function alipay_text(array $members): string
{
    $members = array_filter($members, fn ($value) => $value !== '');
    ksort($members, SORT_STRING);
    return implode('&', array_map(fn ($name, $value) => "$name=$value", array_keys($members), $members));
}

function alipay_verified(string $text, string $sign): bool
{
    $key = openssl_pkey_get_public('file://' . getenv('ALIPAY_PUBLIC_KEY_FILE'));
    return openssl_verify($text, base64_decode($sign), $key, OPENSSL_ALGO_SHA256) === 1;
}

// Calls a method and returns what it answered, once the signature over exactly the bytes that came is right.
function alipay_call(string $method, array $content, array $more = []): array
{
    $members = $more + [
        'app_id' => getenv('ALIPAY_APP_ID'), 'method' => $method, 'format' => 'JSON', 'charset' => 'utf-8',
        'sign_type' => 'RSA2', 'timestamp' => (new DateTime('now', new DateTimeZone('+08:00')))->format('Y-m-d H:i:s'),
        'version' => '1.0', 'biz_content' => json_encode($content, JSON_UNESCAPED_UNICODE),
    ];
    $key = openssl_pkey_get_private('file://' . getenv('ALIPAY_APP_PRIVATE_KEY_FILE'));
    openssl_sign(alipay_text($members), $sign, $key, OPENSSL_ALGO_SHA256);
    $raw = file_get_contents(getenv('ALIPAY_GATEWAY'), false, stream_context_create(['http' => [
        'method' => 'POST', 'header' => 'Content-Type: application/x-www-form-urlencoded;charset=utf-8',
        'timeout' => 10, 'content' => http_build_query($members + ['sign' => base64_encode($sign)]),
    ]]));
    $name = str_replace('.', '_', $method) . '_response';
    $from = strpos($raw, "\"$name\":") + strlen("\"$name\":");
    $answered = substr($raw, $from, strrpos($raw, ',"sign":') - $from);
    if (!alipay_verified($answered, json_decode($raw, true)['sign'] ?? '')) {
        throw new RuntimeException("no genuine answer: $raw");
    }
    return json_decode($answered, true);
}

// The members of a notice when it is Alipay's, and about this app; else null. Its amount must be your order's.
function alipay_notice(string $body): ?array
{
    parse_str($body, $members);
    $signed = array_diff_key($members, ['sign' => 1, 'sign_type' => 1]);
    $genuine = alipay_verified(alipay_text($signed), $members['sign'] ?? '');
    return $genuine && $members['app_id'] === getenv('ALIPAY_APP_ID') ? $members : null;
}

if (PHP_SAPI === 'cli-server') {
    $notice = alipay_notice(file_get_contents('php://input'));
    error_log($notice ? "$notice[out_trade_no] $notice[trade_status] $notice[total_amount]" : 'refused');
    echo $notice ? 'success' : 'fail';
} elseif ($argc === 3) {
    $order = ['out_trade_no' => $argv[1], 'total_amount' => '88.00', 'subject' => '蓝水壶 Blue kettle'];
    $answer = alipay_call('alipay.trade.precreate', $order, ['notify_url' => $argv[2]]);
    echo $answer['code'] === '10000' ? "$answer[qr_code]\n" : "$answer[code] $answer[sub_code] $answer[sub_msg]\n";
} else {
    fwrite(STDERR, "usage: php alipay.php NUMBER NOTIFY_URL; php -S 127.0.0.1:3000 alipay.php\n");
    exit(2);
}
