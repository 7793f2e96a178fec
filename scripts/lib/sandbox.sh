# shellcheck shell=bash
# The played channels' keys, certificates and demo merchants, made once under the state folder's sandbox/,
# and sandbox.env, which has all that a merchant needs. Sourced after settings.sh.

# sandbox_put NAME TEXT: a file of one line, made once.
sandbox_put() { [ -s "$SANDBOX/$1" ] || file_write "$SANDBOX/$1" "$2"; }

# sandbox_pair NAME [OPTION…]: NAME_private.pem (PKCS#8) and NAME_public.pem, made once; RSA as the channels want it,
# or what the options of genpkey say.
sandbox_pair() {
    local how=("${@:2}")
    [ ! -s "$SANDBOX/$1_public.pem" ] || return 0
    [ $# -gt 1 ] || how=(-algorithm RSA -pkeyopt rsa_keygen_bits:2048)
    openssl genpkey "${how[@]}" -out "$SANDBOX/$1_private.pem"
    openssl pkey -in "$SANDBOX/$1_private.pem" -pubout -out "$SANDBOX/$1_public.pem.new"
    mv "$SANDBOX/$1_public.pem.new" "$SANDBOX/$1_public.pem"
}

# sandbox_cert NAME SUBJECT SERIAL [ISSUER [EXTENSION…]]: NAME_cert.pem of NAME's key, made once; signed by
# ISSUER's, else by its own.
sandbox_cert() {
    local by=(-signkey "$SANDBOX/$1_private.pem")
    [ ! -s "$SANDBOX/$1_cert.pem" ] || return 0
    [ -z "${4:-}" ] || by=(-CA "$SANDBOX/$4_cert.pem" -CAkey "$SANDBOX/$4_private.pem")
    if [ $# -gt 4 ]; then
        printf '%s\n' "${@:5}" >"$SANDBOX/$1_cert.ext"
        by+=(-extfile "$SANDBOX/$1_cert.ext")
    fi
    openssl req -new -key "$SANDBOX/$1_private.pem" -subj "$2" |
        openssl x509 -req "${by[@]}" -set_serial "$3" -days 1825 -sha256 -out "$SANDBOX/$1_cert.pem.new"
    mv "$SANDBOX/$1_cert.pem.new" "$SANDBOX/$1_cert.pem"
}

# sandbox_alipay_sn NAME SERIAL: Alipay's number of a certificate that the demo root signed: MD5 of the issuer,
# the last part first, and the serial in decimal.
sandbox_alipay_sn() {
    local hash
    hash=$(printf 'CN=Shroff Sandbox Root,OU=Sandbox,O=Shroff,C=CN%s' "$2" | md5sum)
    sandbox_put "$1_cert.sn" "${hash%% *}"
}

sandbox_alipay() {
    local issued='/C=CN/O=Shroff/OU=Sandbox/CN'
    sandbox_pair alipay_app && sandbox_pair alipay && sandbox_pair alipay_next && sandbox_pair alipay_root && sandbox_pair foreign
    sandbox_cert alipay_root "$issued=Shroff Sandbox Root" 1001
    sandbox_cert alipay_app "$issued=Demo app" 1002 alipay_root
    sandbox_cert alipay "$issued=Sandbox Alipay" 1003 alipay_root
    sandbox_cert alipay_next "$issued=Sandbox Alipay" 1004 alipay_root
    sandbox_alipay_sn alipay_root 1001
    sandbox_alipay_sn alipay_app 1002
    sandbox_alipay_sn alipay 1003
    sandbox_alipay_sn alipay_next 1004
    sandbox_put alipay_app_id 2021000100000001
    sandbox_put alipay_seller_id 2088000100000001
    sandbox_put alipay_aes_key "$(openssl rand -base64 16)"
}

sandbox_wechat() {
    local serial
    sandbox_pair wechat_mch && sandbox_pair wechat_platform && sandbox_pair wechat_platform_next && sandbox_pair wechat_pubkey
    for serial in mch platform platform_next; do
        sandbox_put "wechat_${serial}_serial" "$(openssl rand -hex 19 | tr a-f A-F | sed 's/^/5A/')"
    done
    for serial in platform platform_next; do
        sandbox_cert "wechat_$serial" '/C=CN/O=Tenpay.com/OU=Sandbox/CN=Tenpay.com sign' "0x$(cat "$SANDBOX/wechat_${serial}_serial")"
    done
    sandbox_cert wechat_mch '/C=CN/O=Demo merchant/OU=Sandbox/CN=1900000001' "0x$(cat "$SANDBOX/wechat_mch_serial")"
    # As WeChat Pay hands it out: with old ciphers, and the merchant's number as the password.
    [ -s "$SANDBOX/wechat_mch.p12" ] ||
        openssl pkcs12 -export -legacy -inkey "$SANDBOX/wechat_mch_private.pem" -in "$SANDBOX/wechat_mch_cert.pem" \
            -passout pass:1900000001 -out "$SANDBOX/wechat_mch.p12"
    sandbox_put wechat_mchid 1900000001
    sandbox_put wechat_appid wx00000000000000a1
    sandbox_put wechat_openid oSandbox-payer-000000000001
    sandbox_put wechat_apiv3_key "$(openssl rand -hex 16)"
    sandbox_put wechat_pubkey_id "PUB_KEY_ID_011900000001$(date -u +%Y%m%d)00000000000001"
}

# The channels' own host names, those of downloads too, and this machine's: what the certificate below is for.
SANDBOX_HOSTS=(openapi.alipay.com dwbillcenter.alipay.com openapi-sandbox.dl.alipaydev.com openapi.alipaydev.com
    api.mch.weixin.qq.com api2.mch.weixin.qq.com api.wechatpay.cn api2.wechatpay.cn localhost)

# sandbox_hosts: a CA of this copy's own, and the one certificate that it signs; both are made anew when the
# names have changed. The CA's key is deleted at once: a machine that trusts the CA trusts nothing but these names.
sandbox_hosts() {
    local names subject='/O=Shroff sandbox/CN' quick=(-algorithm EC -pkeyopt ec_paramgen_curve:P-256)
    printf -v names 'DNS:%s,' "${SANDBOX_HOSTS[@]}"
    names+=IP:127.0.0.1,IP:::1
    [ "$(cat "$SANDBOX/hosts_names" 2>/dev/null)" != "$names" ] || return 0
    rm -f "$SANDBOX"/ca_* "$SANDBOX"/hosts_*
    sandbox_pair ca "${quick[@]}" && sandbox_pair hosts "${quick[@]}" &&
        sandbox_cert ca "$subject=Shroff sandbox CA $(openssl rand -hex 4)" "0x5A$(openssl rand -hex 15)" '' \
            'basicConstraints=critical,CA:TRUE,pathlen:0' 'keyUsage=critical,keyCertSign' subjectKeyIdentifier=hash &&
        sandbox_cert hosts "$subject=openapi.alipay.com" "0x5A$(openssl rand -hex 15)" ca \
            basicConstraints=CA:FALSE keyUsage=critical,digitalSignature extendedKeyUsage=serverAuth \
            subjectKeyIdentifier=hash authorityKeyIdentifier=keyid "subjectAltName=$names" &&
        rm -f "$SANDBOX/ca_private.pem" && file_write "$SANDBOX/hosts_names" "$names"
}

sandbox_write() {
    local name value
    declare -A is=(
        [SHROFF_SANDBOX_URL]=$SHROFF_SANDBOX_URL
        [SANDBOX_HTTPS_PORT]=$SHROFF_SANDBOX_HTTPS_PORT
        [SANDBOX_CA_FILE]=$SANDBOX/ca_cert.pem
        [ALIPAY_GATEWAY]=$SHROFF_SANDBOX_URL/gateway.do
        [ALIPAY_APP_ID]=$(cat "$SANDBOX/alipay_app_id")
        [ALIPAY_APP_PRIVATE_KEY_FILE]=$SANDBOX/alipay_app_private.pem
        [ALIPAY_KEY_TYPE]=PKCS8
        [ALIPAY_PUBLIC_KEY_FILE]=$SANDBOX/alipay_public.pem
        [ALIPAY_SELLER_ID]=$(cat "$SANDBOX/alipay_seller_id")
        [ALIPAY_APP_CERT_FILE]=$SANDBOX/alipay_app_cert.pem
        [ALIPAY_PUBLIC_CERT_FILE]=$SANDBOX/alipay_cert.pem
        [ALIPAY_ROOT_CERT_FILE]=$SANDBOX/alipay_root_cert.pem
        [ALIPAY_AES_KEY]=$(cat "$SANDBOX/alipay_aes_key")
        [WECHAT_BASE]=$SHROFF_SANDBOX_URL
        [WECHAT_MCHID]=$(cat "$SANDBOX/wechat_mchid")
        [WECHAT_APPID]=$(cat "$SANDBOX/wechat_appid")
        [WECHAT_OPENID]=$(cat "$SANDBOX/wechat_openid")
        [WECHAT_MCH_SERIAL]=$(cat "$SANDBOX/wechat_mch_serial")
        [WECHAT_MCH_CERT_FILE]=$SANDBOX/wechat_mch_cert.pem
        [WECHAT_MCH_P12_FILE]=$SANDBOX/wechat_mch.p12
        [WECHAT_MCH_PRIVATE_KEY_FILE]=$SANDBOX/wechat_mch_private.pem
        [WECHAT_APIV3_KEY]=$(cat "$SANDBOX/wechat_apiv3_key")
        [WECHAT_PLATFORM_SERIAL]=$(cat "$SANDBOX/wechat_platform_serial")
        [WECHAT_PLATFORM_CERT_FILE]=$SANDBOX/wechat_platform_cert.pem
        [WECHAT_PUBKEY_ID]=$(cat "$SANDBOX/wechat_pubkey_id")
        [WECHAT_PUBKEY_FILE]=$SANDBOX/wechat_pubkey_public.pem
        [SANDBOX_CASHIER_URL]="$SHROFF_SANDBOX_URL/cashier/{channel}?out_trade_no={out_trade_no}&qr={qr}")
    for name in "${!is[@]}"; do
        shell_quote "${is[$name]}" value
        printf '%s=%s\n' "$name" "$value"
    done | LC_ALL=C sort >"$STATE/sandbox.env.new"
    mv -f "$STATE/sandbox.env.new" "$STATE/sandbox.env"
}

# sandbox_channels: what `shroffctl channel create` takes for this merchant: a file with the configuration and one
# with the secrets, for each channel.
sandbox_channels() {
    local file=$SANDBOX/alipay
    jq -n --arg gateway "$SHROFF_SANDBOX_URL/gateway.do" --arg app_id "$(cat "${file}_app_id")" \
        --arg seller_id "$(cat "${file}_seller_id")" --rawfile app_cert "${file}_app_cert.pem" \
        --rawfile alipay_cert "${file}_cert.pem" --rawfile alipay_root_cert "${file}_root_cert.pem" \
        '$ARGS.named' >"${file}_config.json"
    jq -n --rawfile private_key "${file}_app_private.pem" '$ARGS.named' >"${file}_secrets.json"
    file=$SANDBOX/wechat
    jq -n --arg base "$SHROFF_SANDBOX_URL" --arg mchid "$(cat "${file}_mchid")" --arg appid "$(cat "${file}_appid")" \
        --arg serial_no "$(cat "${file}_mch_serial")" --arg public_key_id "$(cat "${file}_pubkey_id")" \
        --rawfile public_key "${file}_pubkey_public.pem" --arg platform_serial "$(cat "${file}_platform_serial")" \
        --arg platform_key "$(openssl x509 -in "${file}_platform_cert.pem" -noout -pubkey)" \
        '$ARGS.named' >"${file}_config.json"
    jq -n --rawfile private_key "${file}_mch_private.pem" --rawfile apiv3_key "${file}_apiv3_key" \
        '$ARGS.named | .apiv3_key |= rtrimstr("\n")' >"${file}_secrets.json"
}

sandbox_make() {
    SANDBOX=$STATE/sandbox
    mkdir -p "$SANDBOX"
    sandbox_alipay &
    local first=$!
    sandbox_hosts
    sandbox_wechat
    wait "$first"
    sandbox_channels
    sandbox_write
}
