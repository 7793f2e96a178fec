<?php
// Sign one request, send it, print the answer:  php sign.php METHOD PATH [BODY]
// Needs SHROFF_BASE_URL, SHROFF_APP_KEY and SHROFF_APP_SECRET; PHP 8, no extensions.
declare(strict_types=1);

const TRIES = 4;

function setting(string $name): string
{
    return getenv($name) ?: throw new RuntimeException(
        "$name is not set (set -a; . var/demo.env; set +a)"
    );
}

function authorization(
    string $method, string $path, string $body, int $timestamp, string $nonce
): string {
    $text = "$method\n$path\n$timestamp\n$nonce\n$body\n";
    $signature = hash_hmac('sha256', $text, setting('SHROFF_APP_SECRET'));
    return sprintf(
        'SHROFF-HMAC-SHA256 app_key="%s",timestamp="%d",nonce="%s",signature="%s"',
        setting('SHROFF_APP_KEY'), $timestamp, $nonce, $signature
    );
}

// Status, Retry-After and body; the status is 0 when no answer came.
function send_once(string $method, string $path, string $body): array
{
    $nonce = bin2hex(random_bytes(16));                 // a new one every time, retries too
    $headers = ['Authorization: ' . authorization($method, $path, $body, time(), $nonce)];
    if ($body !== '') {
        $headers[] = 'Content-Type: application/json';
    }
    $url = rtrim(setting('SHROFF_BASE_URL'), '/') . $path;
    $text = @file_get_contents($url, false, stream_context_create(
        ['http' => ['method' => $method, 'header' => $headers, 'content' => $body,
                    'ignore_errors' => true, 'timeout' => 10]]
    ));
    $head = implode("\n", $text === false ? [] : $http_response_header);
    preg_match('/^HTTP\S+ (\d+)/', $head, $status);
    preg_match('/^Retry-After: *(\d+) *$/mi', $head, $after);
    return [(int) ($status[1] ?? 0), $after[1] ?? '', (string) $text];
}

// The answer, whatever its `code`. No answer, 429 and 503 are repeated, signed anew each time:
// the same merchant_order_id makes one order, however often it is sent.
function request(string $method, string $path, string $body = ''): string
{
    $method = strtoupper($method);
    // What is sent is what is signed: no fragment, and blanks and other letters in percents.
    $path = preg_replace_callback(
        '/[^\x21-\x7e]/', fn ($byte) => rawurlencode($byte[0]), explode('#', $path)[0]
    );
    if (!str_starts_with($path, '/')) {
        throw new RuntimeException("the path must begin with /, and \"$path\" does not");
    }
    for ($i = 0; ; $i++) {
        [$status, $after, $text] = send_once($method, $path, $body);
        if (!in_array($status, [0, 429, 503], true) || ($i + 1 === TRIES && $status !== 0)) {
            return $text;
        }
        if ($i + 1 === TRIES) {
            throw new RuntimeException('no answer from ' . setting('SHROFF_BASE_URL'));
        }
        sleep($after === '' ? 2 ** $i : min((int) $after, 600));
    }
}

if (realpath($_SERVER['SCRIPT_FILENAME']) === __FILE__) {
    try {
        if ($argc < 3) {
            throw new RuntimeException('usage: php sign.php METHOD PATH [BODY]');
        }
        echo request(...array_slice($argv, 1, 3)), "\n";
    } catch (RuntimeException $error) {
        fwrite(STDERR, "sign.php: {$error->getMessage()}\n");
        exit(2);
    }
}
