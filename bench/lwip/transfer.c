/*
 * lwIP as a peer: both ends of TCP in one process and one thread, over a pair of in-memory Ethernet cards,
 * by lwIP's raw API.
 *
 *   transfer bulk OCTETS        a transfer; prints {"octets", "seconds", …}
 *   transfer connections N      N established connections; prints {"connections", "octetsEach", …}
 *
 * Each frame is copied once on the wire, as by any card; the payload once into the send buffer
 * (TCP_WRITE_FLAG_COPY) and once out to the application.
 */
#include <inttypes.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lwip/etharp.h"
#include "lwip/init.h"
#include "lwip/ip4_addr.h"
#include "lwip/netif.h"
#include "lwip/opt.h"
#include "lwip/pbuf.h"
#include "lwip/tcp.h"
#include "lwip/timeouts.h"
#include "netif/ethernet.h"

enum {
    MTU = 1500,
    PORT = 5001,
    PORTS = 10000,
    CONNECTIONS_MAX = 50000,
    CHUNK = 65536,
    WIRE_MAX = 4096,
    TURNS_PER_TIMER = 64
};

/* What is on its way to one card. */
struct wire {
    struct pbuf *frames[WIRE_MAX];
    unsigned first;
    unsigned count;
};

struct card {
    struct netif netif;
    struct wire inbox;
    struct card *peer;
};

static struct card cards[2];
static uint8_t source[CHUNK];
static uint8_t sink[CHUNK];
static uint64_t wanted, written, received, frames, wrong;
static unsigned accepted, connected;

static void die(const char *what, int err)
{
    fprintf(stderr, "%s: %d\n", what, err);
    exit(1);
}

static double clock_s(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The sender keeps its buffer until it is acknowledged, so the wire has a copy. */
static err_t transmit(struct netif *netif, struct pbuf *frame)
{
    struct wire *wire = &((struct card *)netif->state)->peer->inbox;
    if (wire->count == WIRE_MAX) return ERR_BUF;
    struct pbuf *copy = pbuf_clone(PBUF_RAW, PBUF_RAM, frame);
    if (copy == NULL) return ERR_MEM;
    wire->frames[(wire->first + wire->count++) % WIRE_MAX] = copy;
    frames++;
    return ERR_OK;
}

static err_t card_init(struct netif *netif)
{
    netif->name[0] = 'm';
    netif->name[1] = (char)('a' + (netif->state == &cards[1]));
    netif->output = etharp_output;
    netif->linkoutput = transmit;
    netif->mtu = MTU;
    netif->hwaddr_len = 6;
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_LINK_UP;
    return ERR_OK;
}

static void cards_init(void)
{
    for (int i = 0; i < 2; i++) {
        struct card *card = &cards[i];
        card->peer = &cards[1 - i];
        ip4_addr_t address, mask, none;
        IP4_ADDR(&address, 10, 0, 0, (u8_t)(1 + i));
        IP4_ADDR(&mask, 255, 255, 255, 0);
        ip4_addr_set_zero(&none);
        const uint8_t mac[6] = { 2, 0, 0, 0, 0, (uint8_t)(1 + i) };
        memcpy(card->netif.hwaddr, mac, sizeof mac);
        if (netif_add(&card->netif, &address, &mask, &none, card, card_init, ethernet_input) == NULL)
            die("netif_add", 0);
        netif_set_up(&card->netif);
    }
}

static bool deliver(struct card *card)
{
    struct wire *wire = &card->inbox;
    if (wire->count == 0) return false;
    /* Only what is there now: its answers wait for the other card's turn. */
    for (unsigned n = wire->count; n > 0; n--) {
        struct pbuf *frame = wire->frames[wire->first];
        wire->first = (wire->first + 1) % WIRE_MAX;
        wire->count--;
        if (card->netif.input(frame, &card->netif) != ERR_OK) pbuf_free(frame);
    }
    return true;
}

static void turn(void)
{
    static unsigned turns;
    bool busy = deliver(&cards[0]);
    busy |= deliver(&cards[1]);
    if (!busy || ++turns % TURNS_PER_TIMER == 0) sys_check_timeouts();
}

/* The octet at `at` of the transfer: a period that is no multiple of a segment or a chunk. */
static uint8_t octet_at(uint64_t at)
{
    return source[at % CHUNK];
}

static void fail(void *arg, err_t err)
{
    (void)arg;
    die("connection lost", err);
}

static err_t on_received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
    (void)arg;
    (void)err;
    if (p == NULL) {
        tcp_close(pcb);
        return ERR_OK;
    }
    const u16_t length = p->tot_len;
    pbuf_copy_partial(p, sink, length, 0);
    wrong += sink[0] != octet_at(received);
    wrong += sink[length - 1] != octet_at(received + length - 1);
    received += length;
    tcp_recved(pcb, length);
    pbuf_free(p);
    return ERR_OK;
}

static err_t on_accepted(void *arg, struct tcp_pcb *pcb, err_t err)
{
    (void)arg;
    if (err != ERR_OK) return err;
    accepted++;
    tcp_recv(pcb, on_received);
    tcp_err(pcb, fail);
    return ERR_OK;
}

static err_t push(void *arg, struct tcp_pcb *pcb, u16_t acknowledged)
{
    (void)arg;
    (void)acknowledged;
    while (written < wanted) {
        const uint64_t at = written % CHUNK;
        uint64_t length = tcp_sndbuf(pcb);
        if (length > CHUNK - at) length = CHUNK - at;
        if (length > wanted - written) length = wanted - written;
        if (length == 0) break;
        if (tcp_write(pcb, source + at, (u16_t)(length > 0xffff ? 0xffff : length), TCP_WRITE_FLAG_COPY) !=
            ERR_OK)
            break;
        written += length > 0xffff ? 0xffff : length;
    }
    return tcp_output(pcb);
}

static err_t on_connected(void *arg, struct tcp_pcb *pcb, err_t err)
{
    if (err != ERR_OK) return err;
    connected++;
    /* Else the last, short segment waits for a delayed acknowledgement, a quarter of a second. */
    tcp_nagle_disable(pcb);
    tcp_sent(pcb, push);
    return push(arg, pcb, 0);
}

static void listen_on(unsigned backlog)
{
    struct tcp_pcb *pcb = tcp_new();
    if (pcb == NULL) die("tcp_new", 0);
    tcp_bind_netif(pcb, &cards[1].netif);
    err_t err = tcp_bind(pcb, netif_ip_addr4(&cards[1].netif), PORT);
    if (err != ERR_OK) die("tcp_bind", err);
    pcb = tcp_listen_with_backlog(pcb, (u8_t)backlog);
    if (pcb == NULL) die("tcp_listen", 0);
    tcp_accept(pcb, on_accepted);
}

static void connect_from(u16_t port)
{
    struct tcp_pcb *pcb = tcp_new();
    if (pcb == NULL) die("tcp_new", 0);
    tcp_bind_netif(pcb, &cards[0].netif);
    tcp_err(pcb, fail);
    err_t err = tcp_bind(pcb, netif_ip_addr4(&cards[0].netif), port);
    if (err != ERR_OK) die("tcp_bind", err);
    err = tcp_connect(pcb, netif_ip_addr4(&cards[1].netif), PORT, on_connected);
    if (err != ERR_OK) die("tcp_connect", err);
}

static void print_settings(void)
{
    printf("\"lwip\":\"%s\",\"mss\":%d,\"window\":%d,\"windowScale\":%d,\"sendBuffer\":%d,\"checksums\":{"
           "\"made\":%s,\"verified\":%s,\"onCopy\":%s},\"timestamps\":%s,\"sack\":%s",
           LWIP_VERSION_STRING, TCP_MSS, TCP_WND, LWIP_WND_SCALE ? TCP_RCV_SCALE : 0, TCP_SND_BUF,
           CHECKSUM_GEN_TCP && CHECKSUM_GEN_IP ? "true" : "false",
           CHECKSUM_CHECK_TCP && CHECKSUM_CHECK_IP ? "true" : "false",
           LWIP_CHECKSUM_ON_COPY ? "true" : "false", LWIP_TCP_TIMESTAMPS ? "true" : "false",
           LWIP_TCP_SACK_OUT ? "true" : "false");
}

static int bulk(uint64_t octets)
{
    wanted = octets;
    listen_on(1);
    connect_from(PORTS);
    while (connected == 0) turn();
    const double began = clock_s(CLOCK_MONOTONIC);
    const double cpu_began = clock_s(CLOCK_PROCESS_CPUTIME_ID);
    while (received < wanted) turn();
    const double seconds = clock_s(CLOCK_MONOTONIC) - began;
    const double cpu_seconds = clock_s(CLOCK_PROCESS_CPUTIME_ID) - cpu_began;
    if (wrong != 0) die("octets changed on their way", (int)wrong);
    printf("{\"octets\":%" PRIu64 ",\"seconds\":%.6f,\"cpuSeconds\":%.6f,\"frames\":%" PRIu64 ",", received,
           seconds, cpu_seconds, frames);
    print_settings();
    printf("}\n");
    return 0;
}

/* Both ends are here, so a connection is two control blocks. */
static int connections(unsigned count)
{
    wanted = 0;
    if (count == 0 || count > CONNECTIONS_MAX) die("connections are 1 to 50000, not", (int)count);
    listen_on(255);
    const struct mallinfo2 before = mallinfo2();
    const double began = clock_s(CLOCK_MONOTONIC);
    for (unsigned i = 0; i < count; i++) {
        connect_from((u16_t)(PORTS + i));
        while (connected <= i || accepted <= i) turn();
    }
    const double seconds = clock_s(CLOCK_MONOTONIC) - began;
    const struct mallinfo2 after = mallinfo2();
    const double each = (double)(after.uordblks - before.uordblks) / count / 2;
    printf("{\"connections\":%u,\"octetsEach\":%.1f,\"controlBlock\":%zu,\"seconds\":%.6f,", count, each,
           sizeof(struct tcp_pcb), seconds);
    print_settings();
    printf("}\n");
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: transfer bulk OCTETS | connections N\n");
        return 2;
    }
    for (unsigned i = 0; i < CHUNK; i++) source[i] = (uint8_t)(i * 2654435761u >> 13);
    lwip_init();
    cards_init();
    if (strcmp(argv[1], "bulk") == 0) return bulk(strtoull(argv[2], NULL, 10));
    if (strcmp(argv[1], "connections") == 0) return connections((unsigned)strtoul(argv[2], NULL, 10));
    fprintf(stderr, "unknown mode %s\n", argv[1]);
    return 2;
}
