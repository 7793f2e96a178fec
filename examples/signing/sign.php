<?php
// Sign one request, send it, print the answer:  php sign.php METHOD PATH [BODY]
// Needs SHROFF_BASE_URL, SHROFF_APP_KEY and SHROFF_APP_SECRET; PHP 8, no extensions.
declare(strict_types=1);

function authorization(
    string $method, string $path, string $body, int $timestamp, string $nonce
): string {
    $text = "$method\n$path\n$timestamp\n$nonce\n$body\n";
    $signature = hash_hmac('sha256', $text, getenv('SHROFF_APP_SECRET'));
    return sprintf(
        'SHROFF-HMAC-SHA256 app_key="%s",timestamp="%d",nonce="%s",signature="%s"',
        getenv('SHROFF_APP_KEY'), $timestamp, $nonce, $signature
    );
}

function request(string $method, string $path, string $body = ''): string
{
    $nonce = bin2hex(random_bytes(16));                 // a new one every time, retries too
    $headers = ['Authorization: ' . authorization($method, $path, $body, time(), $nonce)];
    if ($body !== '') {
        $headers[] = 'Content-Type: application/json';
    }
    return file_get_contents(getenv('SHROFF_BASE_URL') . $path, false, stream_context_create(
        ['http' => ['method' => $method, 'header' => $headers, 'content' => $body,
                    'ignore_errors' => true, 'timeout' => 10]]
    ));
}

if (realpath($_SERVER['SCRIPT_FILENAME']) === __FILE__) {
    echo request(...array_slice($argv, 1)), "\n";
}
