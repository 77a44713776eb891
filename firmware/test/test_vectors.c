/* The vectors that the TypeScript side is tested with, too: made by an independent program. */
#include "check.h"
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 4, LINE = 16384, OCTETS = 4096 };

static char *trim(char *text)
{
    while (*text == ' ') text++;
    char *end = text + strlen(text);
    while (end > text && (end[-1] == ' ' || end[-1] == '\n' || end[-1] == '\r')) end--;
    *end = '\0';
    return text;
}

static size_t hex(const char *text, uint8_t *octets)
{
    size_t length = 0;
    for (; text[0] != '\0' && text[1] != '\0' && length < OCTETS; text += 2) {
        char pair[3] = { text[0], text[1], '\0' };
        octets[length++] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return length;
}

static void crc_vector(struct rig *rig, char **field)
{
    static uint8_t octets[OCTETS];
    size_t length = hex(field[1], octets);
    uint32_t wanted = (uint32_t)strtoul(field[2], NULL, 16);
    check(nl_crc32(&rig->crc, octets, length) == wanted, "crc: %s", field[0]);
}

static void check_encoding(const uint8_t *octets, size_t length, const uint8_t *wanted, size_t wanted_length,
                           const char *name)
{
    static uint8_t encoded[OCTETS];
    struct nl_cobs_encoder encoder;
    nl_cobs_encode_begin(&encoder, encoded);
    nl_cobs_encode(&encoder, octets, length);
    size_t got = (size_t)(nl_cobs_encode_end(&encoder) - encoded);
    check(got <= nl_cobs_bound(length), "%s: within its bound", name);
    check_octets(encoded, got - 1, wanted, wanted_length, "%s: encoded", name);
}

static void check_decoding(const uint8_t *encoded, size_t encoded_length, const uint8_t *wanted,
                           size_t length, const char *name)
{
    static uint8_t decoded[OCTETS];
    static const uint8_t delimiter[1];
    struct nl_cobs_decoder decoder;
    enum nl_cobs_end end;
    nl_cobs_decode_begin(&decoder, decoded, sizeof decoded);
    nl_cobs_decode(&decoder, encoded, encoded_length, &end);
    nl_cobs_decode(&decoder, delimiter, 1, &end);
    check(end == NL_COBS_FRAME, "%s: decodes", name);
    check_octets(decoded, decoder.length, wanted, length, "%s: decoded", name);
}

static void cobs_vector(char **field)
{
    static uint8_t octets[OCTETS], wanted[OCTETS];
    size_t length = hex(field[1], octets), wanted_length = hex(field[2], wanted);
    check_encoding(octets, length, wanted, wanted_length, field[0]);
    check_decoding(wanted, wanted_length, octets, length, field[0]);
}

static void frame_vector(struct rig *rig, char **field)
{
    static uint8_t frame[OCTETS], wanted[OCTETS];
    unsigned kind, session, seq, ack, credit;
    if (sscanf(field[1], "%u %u %u %u %u", &kind, &session, &seq, &ack, &credit) != 5) {
        check(false, "frame: %s has five numbers", field[0]);
        return;
    }
    struct nl_header header = {
        1, (uint8_t)kind, (uint16_t)session, (uint8_t)seq, (uint8_t)ack, (uint16_t)credit
    };
    nl_header_encode(&header, frame);
    size_t length = NL_FRAME_HEADER + hex(field[2], frame + NL_FRAME_HEADER);
    nl_put32(frame + length, nl_crc32(&rig->crc, frame, length));
    length += NL_FRAME_CRC;
    size_t wanted_length = hex(field[3], wanted);
    check_encoding(frame, length, wanted, wanted_length, field[0]);
    check_decoding(wanted, wanted_length, frame, length, field[0]);
    struct nl_header back = nl_header_decode(frame);
    check(back.version == 1 && back.kind == kind && back.session == session && back.seq == seq &&
              back.ack == ack && back.credit == credit,
          "%s: header", field[0]);
}

static enum nl_statistic counter(const char *why)
{
    if (strcmp(why, "bad_cobs") == 0) return NL_BAD_COBS;
    if (strcmp(why, "bad_crc") == 0) return NL_BAD_CRC;
    if (strcmp(why, "short") == 0) return NL_SHORT;
    if (strcmp(why, "bad_version") == 0) return NL_BAD_VERSION;
    if (strcmp(why, "unknown_kind") == 0) return NL_UNKNOWN_KIND;
    return NL_OVERSIZED;
}

static void bad_vector(struct rig *rig, char **field)
{
    static uint8_t octets[OCTETS];
    static const uint8_t delimiter[1];
    size_t length = hex(field[2], octets);
    rig_init(rig, 0);
    rig_feed(rig, 0, octets, length);
    rig_feed(rig, 0, delimiter, 1);
    nl_board_poll(&rig->board);
    for (unsigned i = NL_BAD_COBS; i <= NL_UNKNOWN_KIND; i++) {
        uint32_t wanted = i == counter(field[1]);
        if (rig->board.statistics.value[i] != wanted) {
            check(false, "bad: %s: counter %u is %u", field[0], i, (unsigned)rig->board.statistics.value[i]);
            return;
        }
    }
    check(true, "bad: %s counts one %s", field[0], field[1]);
}

void test_vectors(const char *path)
{
    static char line[LINE];
    static struct rig rig;
    unsigned vectors = 0;
    FILE *file = fopen(path, "r");
    check(file != NULL, "the vectors are at %s", path);
    if (file == NULL) return;
    rig_init(&rig, 0);
    while (fgets(line, sizeof line, file) != NULL) {
        char *kind = trim(line), *rest = strchr(kind, ' '), *field[FIELDS] = { "", "", "", "" };
        if (*kind == '#' || rest == NULL) continue;
        *rest++ = '\0';
        for (int i = 0; i < FIELDS && rest != NULL; i++) {
            char *bar = strchr(rest, '|');
            if (bar != NULL) *bar++ = '\0';
            field[i] = trim(rest);
            rest = bar;
        }
        vectors++;
        if (strcmp(kind, "crc") == 0)
            crc_vector(&rig, field);
        else if (strcmp(kind, "cobs") == 0)
            cobs_vector(field);
        else if (strcmp(kind, "frame") == 0)
            frame_vector(&rig, field);
        else if (strcmp(kind, "bad") == 0)
            bad_vector(&rig, field);
        else
            check(false, "unknown kind of vector: %s", kind);
    }
    fclose(file);
    check(vectors >= 30, "%u vectors were read", vectors);
}
