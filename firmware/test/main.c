#include "check.h"

#include <stdarg.h>
#include <stdio.h>

static int passed, failed;

static bool report(bool good, const char *format, va_list arguments)
{
    if (good)
        passed++;
    else
        failed++;
    printf("%s %d - ", good ? "ok" : "not ok", passed + failed);
    vprintf(format, arguments);
    putchar('\n');
    return good;
}

bool check(bool good, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(good, format, arguments);
    va_end(arguments);
    return good;
}

static void print_octets(const char *what, const uint8_t *octets, size_t length)
{
    printf("#   %s %zu:", what, length);
    for (size_t i = 0; i < length && i < 64; i++) printf(" %02x", octets[i]);
    putchar('\n');
}

bool check_octets(const uint8_t *got, size_t got_length, const uint8_t *wanted, size_t wanted_length,
                  const char *format, ...)
{
    bool good = got_length == wanted_length;
    for (size_t i = 0; good && i < wanted_length; i++) good = got[i] == wanted[i];
    va_list arguments;
    va_start(arguments, format);
    report(good, format, arguments);
    va_end(arguments);
    if (!good) {
        print_octets("got", got, got_length);
        print_octets("wanted", wanted, wanted_length);
    }
    return good;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s VECTORS\n", argv[0]);
        return 2;
    }
    test_vectors(argv[1]);
    test_cobs();
    test_link();
    test_store();
    test_w5500();
    test_dispatch();
    test_gpio_line();
    test_mac();
    test_system();
    printf("1..%d\n%d passed, %d failed\n", passed + failed, passed, failed);
    return failed != 0;
}
