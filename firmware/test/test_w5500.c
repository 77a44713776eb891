/* The driver alone, on a chip that may be absent, wedged, torn or on a dead bus. */
#include "check.h"
#include "rig.h"

static const uint8_t address[6] = { 2, 0, 0, 0, 0, 1 };

/* clang-format off */
static const struct {
    const char *name;
    uint8_t version;
    bool wedged, bus_dead;
    unsigned torn_reads;
    uint64_t now;
    enum nl_status probe, open, received;
} cases[] = {
    { "a healthy chip", 4, false, false, 0, 0, NL_OK, NL_OK, NL_OK },
    { "no chip on the bus", 0xff, false, false, 0, 0, NL_NO_CHIP, NL_NO_CHIP, NL_OK },
    { "a chip that is another", 3, false, false, 0, 0, NL_NO_CHIP, NL_NO_CHIP, NL_OK },
    { "a chip that takes no command", 4, true, false, 0, 0, NL_OK, NL_CHIP_TIMEOUT, NL_OK },
    { "the clock about to wrap", 4, true, false, 0, 0xfffffff0, NL_OK, NL_CHIP_TIMEOUT, NL_OK },
    { "a dead bus", 4, false, true, 0, 0, NL_BUS, NL_BUS, NL_BUS },
    { "a receive size that is torn twice", 4, false, false, 2, 0, NL_OK, NL_OK, NL_OK },
    { "a receive size that never settles", 4, false, false, 1000, 0, NL_OK, NL_OK, NL_CHIP_TIMEOUT },
};
/* clang-format on */

static void faults(void)
{
    static struct rig rig;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rig_init(&rig, cases[i].now);
        rig.chip.version = cases[i].version;
        rig.chip.wedged = cases[i].wedged;
        rig.chip.bus_dead = cases[i].bus_dead;
        rig.chip.torn_reads = cases[i].torn_reads;
        uint16_t size = 0;
        uint64_t before = rig.now;
        enum nl_status probe = nl_w5500_probe(&rig.board.chip);
        enum nl_status open = nl_w5500_open(&rig.board.chip, address, 0);
        enum nl_status received = nl_w5500_received(&rig.board.chip, &size);
        check(probe == cases[i].probe && open == cases[i].open &&
                  (received == cases[i].received || cases[i].version != 4),
              "w5500: %s (probe %d, open %d, received %d)", cases[i].name, probe, open, received);
        check(rig.now - before < 50000, "w5500: %s: bounded in time", cases[i].name);
    }
}

static void registers(void)
{
    static struct rig rig;
    rig_init(&rig, 0);
    check(nl_w5500_open(&rig.board.chip, address, NL_W5500_MFEN | NL_W5500_MMB) == NL_OK, "w5500: open");
    static const uint8_t transmit[2][8] = { { 16 }, { 4, 8, 2, 2 } };
    for (unsigned socket = 0; socket < 8; socket++) {
        const uint8_t *sizes = rig.chip.sockets[socket] + 0x1e;
        check(sizes[0] == (socket == 0 ? 16 : 0) && sizes[1] == transmit[RIG_DIVIDED][socket],
              "w5500: the memory of socket %u", socket);
    }
    check(rig.chip.sockets[0][0] == 0xa4 && rig.chip.sockets[0][3] == 0x42, "w5500: Sn_MR and Sn_SR");
    check_octets(rig.chip.common + 0x09, 6, address, 6, "w5500: SHAR");
    check(rig.chip.sockets[0][0x2c] == 0x14 && rig.chip.common[0x18] == 1, "w5500: Sn_IMR and SIMR");

    static const struct {
        uint8_t mode, speed, duplex;
    } modes[] = { { 0, 10, 0 }, { 1, 10, 1 }, { 2, 100, 0 }, { 3, 100, 1 }, { 4, 100, 0 }, { 7, 100, 1 } };
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        struct nl_phy phy;
        bool good = nl_w5500_phy_mode(&rig.board.chip, modes[i].mode) == NL_OK &&
                    nl_w5500_phy_read(&rig.board.chip, &phy) == NL_OK;
        check(good && phy.link == 1 && phy.mode == modes[i].mode && phy.speed == modes[i].speed &&
                  phy.duplex == modes[i].duplex,
              "w5500: PHY mode %d", modes[i].mode);
    }
}

void test_w5500(void)
{
    faults();
    registers();
}
