/* test_vault.c - the master key file, places, rotation. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/log.h"
#include "io/crypto/vault.h"

#define KEY_A "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define KEY_B "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="

static char folder[64], path[96];
static const struct vault_place HERE = { "pay_channel", "APP/mock", "config_sealed" };

static void put(const char *text, mode_t mode)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    assert_int_equal(chmod(path, mode), 0);
}

static int make_folder(void **state)
{
    (void)state;
    log_open("test_vault", LOG_ERROR + 1);
    snprintf(folder, sizeof(folder), "/tmp/shroff-vault-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/master.key", folder);
    return 0;
}

static int drop_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void test_vault_hash__follows_from_the_key(void **state)
{
    (void)state;
    assert_true(vault_hash("a", 1) == 0); /* not open */
    put("1:" KEY_A "\n", 0600);
    assert_int_equal(vault_open(path), PAY_OK);
    const uint64_t a1 = vault_hash("a", 1);
    assert_true(a1 != 0 && a1 == vault_hash("a", 1));
    assert_true(a1 != vault_hash("a", 2) && a1 != vault_hash("b", 1));
    put("1:" KEY_B "\n", 0600);
    assert_int_equal(vault_open(path), PAY_OK);
    assert_true(a1 != vault_hash("a", 1));
}

struct file_case {
    const char *name, *text;
    mode_t mode;
    enum pay_err want;
    int version;
};
static const struct file_case FILES[] = {
    { "one key", "1:" KEY_A "\n", 0600, PAY_OK, 1 },
    { "no newline", "7:" KEY_A, 0400, PAY_OK, 7 },
    { "any order", "3:" KEY_A "\n1:" KEY_B "\n", 0600, PAY_OK, 3 },
    { "a version twice", "1:" KEY_A "\n1:" KEY_B "\n", 0600, PAY_FAULT, 0 },
    { "version 0", "0:" KEY_A "\n", 0600, PAY_FAULT, 0 },
    { "version 256", "256:" KEY_A "\n", 0600, PAY_FAULT, 0 },
    { "a short key", "1:AAAA\n", 0600, PAY_FAULT, 0 },
    { "blanks", "1: " KEY_A "\n", 0600, PAY_FAULT, 0 },
    { "no colon", KEY_A "\n", 0600, PAY_FAULT, 0 },
    { "empty", "", 0600, PAY_FAULT, 0 },
    { "the group reads", "1:" KEY_A "\n", 0640, PAY_FAULT, 0 },
    { "others read", "1:" KEY_A "\n", 0604, PAY_FAULT, 0 },
};

static void test_vault_open__takes_only_a_clean_private_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(FILES); i++) {
        put(FILES[i].text, FILES[i].mode);
        CHECK_I64(FILES[i].name, vault_open(path), FILES[i].want);
        if (FILES[i].want == PAY_OK)
            CHECK_I64(FILES[i].name, vault_version(), FILES[i].version);
    }
    assert_int_equal(vault_open("/nonexistent/master.key"), PAY_FAULT);
}

static void test_vault_seal__opens_only_where_it_was_put(void **state)
{
    const struct vault_place others[] = {
        { "pay_app", "APP/mock", "config_sealed" },
        { "pay_channel", "APP/mocl", "config_sealed" },
        { "pay_channel", "APP/mock", "other_sealed" },
        { "pay_channel|APP/mock", "x", "y" },
    };
    uint8_t sealed[64 + VAULT_EXTRA];
    char out[64];
    size_t len, n;
    (void)state;

    put("1:" KEY_A "\n", 0600);
    assert_int_equal(vault_open(path), PAY_OK);
    assert_int_equal(vault_seal(&HERE, "secret", 6, sealed, sizeof(sealed), &len), PAY_OK);
    assert_int_equal(len, 6 + VAULT_EXTRA);
    assert_int_equal(sealed[0], 1);
    assert_int_equal(vault_unseal(&HERE, sealed, len, out, sizeof(out), &n), PAY_OK);
    assert_int_equal(n, 6);
    assert_memory_equal(out, "secret", 6);
    for (size_t i = 0; i < COUNT(others); i++)
        CHECK_I64(others[i].owner, vault_unseal(&others[i], sealed, len, out, sizeof(out), &n),
                  PAY_FAULT);
    assert_int_equal(vault_seal(&others[3], "secret", 6, sealed, sizeof(sealed), &n), PAY_FAULT);
    assert_int_equal(vault_unseal(&HERE, sealed, len - 1, out, sizeof(out), &n), PAY_FAULT);
    assert_int_equal(vault_unseal(&HERE, sealed, len, out, 5, &n), PAY_FAULT);
    assert_int_equal(vault_unseal(&HERE, sealed, 3, out, sizeof(out), &n), PAY_FAULT);
    assert_int_equal(vault_seal(&HERE, "secret", 6, sealed, 6 + VAULT_EXTRA - 1, &n), PAY_FAULT);
    sealed[0] = 9;
    assert_int_equal(vault_unseal(&HERE, sealed, len, out, sizeof(out), &n), PAY_FAULT);
}

static void test_vault_rotate__old_values_open_until_the_next(void **state)
{
    uint8_t first[64], second[64], third[64];
    char out[64];
    size_t a, b, c, n;
    struct stat st;
    (void)state;

    put("1:" KEY_A "\n", 0600);
    assert_int_equal(vault_open(path), PAY_OK);
    assert_int_equal(vault_seal(&HERE, "one", 3, first, sizeof(first), &a), PAY_OK);
    assert_int_equal(vault_rotate_begin(), PAY_OK);
    assert_int_equal(vault_version(), 2);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(vault_seal(&HERE, "two", 3, second, sizeof(second), &b), PAY_OK);
    assert_int_equal(second[0], 2);
    assert_int_equal(vault_rotate_end(), PAY_OK); /* keeps the two highest */
    assert_int_equal(vault_unseal(&HERE, first, a, out, sizeof(out), &n), PAY_OK);
    assert_int_equal(vault_rotate_begin(), PAY_OK);
    assert_int_equal(vault_seal(&HERE, "three", 5, third, sizeof(third), &c), PAY_OK);
    assert_int_equal(vault_rotate_end(), PAY_OK);
    assert_int_equal(vault_unseal(&HERE, first, a, out, sizeof(out), &n), PAY_FAULT);
    assert_int_equal(vault_unseal(&HERE, second, b, out, sizeof(out), &n), PAY_OK);
    assert_int_equal(vault_unseal(&HERE, third, c, out, sizeof(out), &n), PAY_OK);
    assert_memory_equal(out, "three", 5);
}

static void test_vault_unseal__reads_the_file_again_for_a_new_version(void **state)
{
    uint8_t sealed[64];
    char out[64];
    size_t len, n;
    (void)state;

    put("1:" KEY_A "\n2:" KEY_B "\n", 0600);
    assert_int_equal(vault_open(path), PAY_OK);
    assert_int_equal(vault_seal(&HERE, "new", 3, sealed, sizeof(sealed), &len), PAY_OK);
    put("1:" KEY_A "\n", 0600);
    assert_int_equal(vault_open(path), PAY_OK);
    assert_int_equal(vault_unseal(&HERE, sealed, len, out, sizeof(out), &n), PAY_FAULT);
    put("1:" KEY_A "\n2:" KEY_B "\n", 0600);
    assert_int_equal(vault_version(), 1);
    assert_int_equal(vault_unseal(&HERE, sealed, len, out, sizeof(out), &n), PAY_OK);
    assert_int_equal(vault_version(), 2);
}

static void test_vault_rotate__ends_at_version_255(void **state)
{
    (void)state;
    put("255:" KEY_A "\n", 0600);
    assert_int_equal(vault_open(path), PAY_OK);
    assert_int_equal(vault_rotate_begin(), PAY_FAULT);
    assert_int_equal(vault_version(), 255);
}

static void test_vault_rotate__cut_short_goes_on_with_its_key(void **state)
{
    (void)state;
    put("1:" KEY_A "\n", 0600);
    assert_int_equal(vault_open(path), PAY_OK);
    for (int i = 0; i < 40; i++) {
        assert_int_equal(vault_rotate_begin(), PAY_OK);
        assert_true(vault_version() <= 3);
    }
    assert_int_equal(vault_rotate_end(), PAY_OK);
    assert_int_equal(vault_rotate_begin(), PAY_OK);
    assert_int_equal(vault_version(), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vault_hash__follows_from_the_key),
        cmocka_unit_test(test_vault_open__takes_only_a_clean_private_file),
        cmocka_unit_test(test_vault_seal__opens_only_where_it_was_put),
        cmocka_unit_test(test_vault_rotate__old_values_open_until_the_next),
        cmocka_unit_test(test_vault_unseal__reads_the_file_again_for_a_new_version),
        cmocka_unit_test(test_vault_rotate__ends_at_version_255),
        cmocka_unit_test(test_vault_rotate__cut_short_goes_on_with_its_key),
    };
    return cmocka_run_group_tests_name("vault", tests, make_folder, drop_folder);
}
