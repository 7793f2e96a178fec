<?php
// WeChat Pay (API v3) by PHP's own OpenSSL: makes an order, verifies the answer, verifies and opens notices.
//   php wechat.php NUMBER NOTIFY_URL      prints what the payer scans
//   php -S 127.0.0.1:3000 wechat.php      takes notices, answers 204 to what is genuine, 401 to the rest
// Settings: the WECHAT_… of sandbox.env, or of the real channel.

// The key by its number, since WeChat Pay changes keys: the public key, or the platform certificate's.
function wechat_verified(array $headers, string $body): bool
{
    $files = [getenv('WECHAT_PUBKEY_ID') => 'WECHAT_PUBKEY_FILE', getenv('WECHAT_PLATFORM_SERIAL') => 'WECHAT_PLATFORM_CERT_FILE'];
    $file = $files[$headers['wechatpay-serial'] ?? ''] ?? null;
    $time = $headers['wechatpay-timestamp'] ?? '';
    if (!$file || abs(time() - (int) $time) > 300) {
        return false;
    }
    $text = "$time\n{$headers['wechatpay-nonce']}\n$body\n";
    $key = openssl_pkey_get_public('file://' . getenv($file));
    return openssl_verify($text, base64_decode($headers['wechatpay-signature']), $key, OPENSSL_ALGO_SHA256) === 1;
}

function wechat_call(string $method, string $path, ?array $content = null): array
{
    $body = $content === null ? '' : json_encode($content, JSON_UNESCAPED_UNICODE);
    [$time, $nonce] = [time(), bin2hex(random_bytes(16))];
    $key = openssl_pkey_get_private('file://' . getenv('WECHAT_MCH_PRIVATE_KEY_FILE'));
    openssl_sign("$method\n$path\n$time\n$nonce\n$body\n", $sign, $key, OPENSSL_ALGO_SHA256);
    $raw = file_get_contents(getenv('WECHAT_BASE') . $path, false, stream_context_create(['http' => [
        'method' => $method, 'content' => $body, 'timeout' => 10, 'ignore_errors' => true,
        'header' => ['Content-Type: application/json', 'Accept: application/json', 'User-Agent: example',
            'Wechatpay-Serial: ' . getenv('WECHAT_PUBKEY_ID'),
            sprintf('Authorization: WECHATPAY2-SHA256-RSA2048 mchid="%s",nonce_str="%s",signature="%s",timestamp="%d",serial_no="%s"',
                getenv('WECHAT_MCHID'), $nonce, base64_encode($sign), $time, getenv('WECHAT_MCH_SERIAL'))],
    ]]));
    $headers = [];
    foreach ($http_response_header as $line) {
        [$name, $value] = explode(':', $line, 2) + [1 => ''];
        $headers[strtolower($name)] = trim($value);
    }
    if (!preg_match('/ 2\d\d/', $http_response_header[0])) {
        throw new RuntimeException("$http_response_header[0] $raw");     // refusals need no signature
    }
    if (!wechat_verified($headers, $raw)) {
        throw new RuntimeException("no genuine answer: $raw");
    }
    return json_decode($raw, true) ?? [];
}

// What a genuine notice holds; null for any other. Its amount and mchid must be your order's.
function wechat_notice(array $headers, string $body): ?array
{
    if (!wechat_verified($headers, $body)) {
        return null;
    }
    $sealed = json_decode($body, true)['resource'];
    $bytes = base64_decode($sealed['ciphertext']);
    $plain = openssl_decrypt(substr($bytes, 0, -16), 'aes-256-gcm', getenv('WECHAT_APIV3_KEY'), OPENSSL_RAW_DATA,
        $sealed['nonce'], substr($bytes, -16), $sealed['associated_data'] ?? '');
    return $plain === false ? null : json_decode($plain, true);
}

if (PHP_SAPI === 'cli-server') {
    $notice = wechat_notice(array_change_key_case(getallheaders()), file_get_contents('php://input'));
    error_log($notice ? "$notice[out_trade_no] $notice[trade_state] {$notice['amount']['total']}" : 'refused');
    http_response_code($notice ? 204 : 401);
} elseif ($argc === 3) {
    $answer = wechat_call('POST', '/v3/pay/transactions/native', [
        'appid' => getenv('WECHAT_APPID'), 'mchid' => getenv('WECHAT_MCHID'), 'description' => '蓝水壶 Blue kettle',
        'out_trade_no' => $argv[1], 'notify_url' => $argv[2], 'amount' => ['total' => 8800, 'currency' => 'CNY'],
    ]);
    echo "$answer[code_url]\n";
} else {
    fwrite(STDERR, "usage: php wechat.php NUMBER NOTIFY_URL; php -S 127.0.0.1:3000 wechat.php\n");
    exit(2);
}
