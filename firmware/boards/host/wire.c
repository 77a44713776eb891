#include "wire.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DATAGRAMS_A_TURN = 64, DATAGRAM_MAX = 2048 };

static struct sockaddr_in loopback_address(uint16_t port)
{
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void send_back(void *context, const uint8_t *frame, size_t length)
{
    struct wire_end *wire = context;
    (void)w5500_model_receive(wire->chip, frame, length);
}

/* A cable does not say whether its frames arrive. */
static void send_datagram(void *context, const uint8_t *frame, size_t length)
{
    const struct wire_end *wire = context;
    struct sockaddr_in to = loopback_address(wire->remote);
    (void)sendto(wire->socket, frame, length, 0, (const struct sockaddr *)&to, sizeof to);
}

static bool open_socket(struct wire_end *wire, uint16_t local)
{
    struct sockaddr_in address = loopback_address(local);
    wire->socket = socket(AF_INET, SOCK_DGRAM, 0);
    if (wire->socket < 0) return false;
    if (bind(wire->socket, (const struct sockaddr *)&address, sizeof address) != 0) return false;
    return fcntl(wire->socket, F_SETFL, O_NONBLOCK) == 0;
}

bool wire_open(struct wire_end *wire, const struct options *options, struct w5500_model *chip)
{
    *wire = (struct wire_end){ .chip = chip, .socket = -1, .remote = options->udp_remote };
    chip->cable = options->wire != WIRE_NONE;
    chip->send_context = wire;
    if (options->wire == WIRE_LOOPBACK) chip->send = send_back;
    if (options->wire != WIRE_UDP) return true;
    chip->send = send_datagram;
    return open_socket(wire, options->udp_local);
}

void wire_receive(struct wire_end *wire)
{
    uint8_t frame[DATAGRAM_MAX];
    for (int i = 0; wire->socket >= 0 && i < DATAGRAMS_A_TURN; i++) {
        ssize_t length = recv(wire->socket, frame, sizeof frame, 0);
        if (length < 0) return;
        (void)w5500_model_receive(wire->chip, frame, (size_t)length);
    }
}
