// SPDX-License-Identifier: BSD-2-Clause
/* The traffic tool's options; traffic.h says what stands where. */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "lab/traffic/traffic.h"

#define RECEIVE_BUFFER (64 * 1024 * 1024)
#define EXIT_USAGE     2

volatile int traffic_stop;
volatile int traffic_progress_wanted;

static const char usage[] =
	"usage: traffic send --to ADDRESS [options]\n"
	"       traffic receive --listen ADDRESS [options]\n"
	"       traffic watch --link NAME [--link NAME ...] [options]\n"
	"\n"
	"Numbered UDP packets over many flows. Each part says so on standard output\n"
	"(\"sending\", \"ready\") once it works, and writes one JSON object at its end.\n"
	"The sender announces the end; receive and watch end by it. SIGTERM and SIGINT\n"
	"end each part in good order, SIGUSR1 asks for a line of progress.\n"
	"\n"
	"send\n"
	"  --to ADDRESS          IPv4 or IPv6 address of the receiver\n"
	"  --from ADDRESS        own address (default: as routed)\n"
	"  --port PORT           the receiver's port (9000)\n"
	"  --source-port PORT    port of flow 0, the next flows take the next (20000)\n"
	"  --flows N             how many flows (1)\n"
	"  --rate PPS            packets a second, all flows together (10000)\n"
	"  --count N             how many packets; or\n"
	"  --duration SECONDS    for how long (default: until a signal)\n"
	"  --size BYTES          UDP payload, at least 48 (64)\n"
	"  --device NAME         send out of this interface only\n"
	"receive\n"
	"  --listen ADDRESS      address to take packets at (0.0.0.0 or :: for any)\n"
	"  --port PORT           likewise (9000)\n"
	"watch\n"
	"  --link NAME           a link to watch; up to 16\n"
	"  --outgoing            frames that go out there, in place of those that come in\n"
	"  --pcap FILE           the first packet of each flow goes there\n"
	"receive, watch\n"
	"  --merge-ms MS         losses nearer to each other are one outage (50)\n"
	"  --idle-ms MS          end when nothing came for so long (0: never)\n"
	"all\n"
	"  --json FILE           where the answer goes (standard output)\n";

uint64_t traffic_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void traffic_grow_receive_buffer(int fd)
{
	int size = RECEIVE_BUFFER;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0) {
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	}
}

static void on_signal(int number)
{
	if (number == SIGUSR1) {
		traffic_progress_wanted = 1;
	} else {
		traffic_stop = 1;
	}
}

static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
}

static void usage_error(const char *what, const char *value)
{
	fprintf(stderr, "traffic: %s '%s'; see traffic --help\n", what, value);
	exit(EXIT_USAGE);
}

static uint64_t number_of(const char *text, uint64_t least, uint64_t most)
{
	char *end = NULL;
	unsigned long long value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || text[0] == '-' || value < least ||
	    value > most) {
		usage_error("not a fitting number:", text);
	}
	return value;
}

static double seconds_of(const char *text)
{
	char *end = NULL;
	double value = strtod(text, &end);

	if (end == text || *end != '\0' || !(value > 0 && value < 1e6)) {
		usage_error("not a fitting time:", text);
	}
	return value;
}

static void address_of(const char *text, struct sockaddr_storage *out)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		out->ss_family = AF_INET;
	} else if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
		out->ss_family = AF_INET6;
	} else {
		usage_error("not an IPv4 or IPv6 address:", text);
	}
}

static void set_port(struct sockaddr_storage *address, uint16_t port)
{
	if (address->ss_family == AF_INET) {
		((struct sockaddr_in *)address)->sin_port = htons(port);
	} else {
		((struct sockaddr_in6 *)address)->sin6_port = htons(port);
	}
}

static FILE *output_of(const char *path)
{
	FILE *file = fopen(path, "we");

	if (file == NULL) {
		err(1, "%s", path);
	}
	return file;
}

enum option_id {
	OPTION_TO = 1,
	OPTION_FROM,
	OPTION_PORT,
	OPTION_SOURCE_PORT,
	OPTION_FLOWS,
	OPTION_RATE,
	OPTION_COUNT,
	OPTION_DURATION,
	OPTION_SIZE,
	OPTION_DEVICE,
	OPTION_LISTEN,
	OPTION_MERGE,
	OPTION_LINK,
	OPTION_OUTGOING,
	OPTION_PCAP,
	OPTION_IDLE,
	OPTION_JSON,
	OPTION_HELP,
};

static const struct option long_options[] = {
	{"to", required_argument, NULL, OPTION_TO},
	{"from", required_argument, NULL, OPTION_FROM},
	{"port", required_argument, NULL, OPTION_PORT},
	{"source-port", required_argument, NULL, OPTION_SOURCE_PORT},
	{"flows", required_argument, NULL, OPTION_FLOWS},
	{"rate", required_argument, NULL, OPTION_RATE},
	{"count", required_argument, NULL, OPTION_COUNT},
	{"duration", required_argument, NULL, OPTION_DURATION},
	{"size", required_argument, NULL, OPTION_SIZE},
	{"device", required_argument, NULL, OPTION_DEVICE},
	{"listen", required_argument, NULL, OPTION_LISTEN},
	{"merge-ms", required_argument, NULL, OPTION_MERGE},
	{"link", required_argument, NULL, OPTION_LINK},
	{"outgoing", no_argument, NULL, OPTION_OUTGOING},
	{"pcap", required_argument, NULL, OPTION_PCAP},
	{"idle-ms", required_argument, NULL, OPTION_IDLE},
	{"json", required_argument, NULL, OPTION_JSON},
	{"help", no_argument, NULL, OPTION_HELP},
	{0},
};

static void add_link(struct traffic_options *options, const char *name)
{
	if (options->link_count == TRAFFIC_LINKS_MAX) {
		usage_error("one link too many:", name);
	}
	options->links[options->link_count++] = name;
}

/* The options of the sender; false if id is none of them. */
static bool take_send_option(struct traffic_options *options, enum option_id id,
			     const char *value)
{
	if (id == OPTION_TO) {
		address_of(value, &options->to);
	} else if (id == OPTION_FROM) {
		address_of(value, &options->from);
	} else if (id == OPTION_SOURCE_PORT) {
		options->source_port = (uint16_t)number_of(value, 1, UINT16_MAX);
	} else if (id == OPTION_FLOWS) {
		options->flows = (uint32_t)number_of(value, 1, TRAFFIC_FLOWS_MAX);
	} else if (id == OPTION_RATE) {
		options->rate_pps = number_of(value, 1, 100000000);
	} else if (id == OPTION_COUNT) {
		options->count = number_of(value, 1, TRAFFIC_NUMBER_MAX - 1);
	} else if (id == OPTION_DURATION) {
		options->duration_s = seconds_of(value);
	} else if (id == OPTION_SIZE) {
		options->size =
			number_of(value, sizeof(struct traffic_packet), TRAFFIC_SIZE_MAX);
	} else if (id == OPTION_DEVICE) {
		options->bind_device = value;
	} else {
		return false;
	}
	return true;
}

static void take_option(struct traffic_options *options, enum option_id id, const char *value,
			uint16_t *port)
{
	if (take_send_option(options, id, value)) {
		return;
	}
	if (id == OPTION_PORT) {
		*port = (uint16_t)number_of(value, 1, UINT16_MAX);
	} else if (id == OPTION_LISTEN) {
		address_of(value, &options->listen);
	} else if (id == OPTION_MERGE) {
		options->merge_ms = number_of(value, 0, 1000000);
	} else if (id == OPTION_LINK) {
		add_link(options, value);
	} else if (id == OPTION_OUTGOING) {
		options->outgoing = true;
	} else if (id == OPTION_PCAP) {
		options->pcap = value;
	} else if (id == OPTION_IDLE) {
		options->idle_ms = number_of(value, 0, 1000000);
	} else if (id == OPTION_JSON) {
		options->json = output_of(value);
	} else if (id == OPTION_HELP) {
		fputs(usage, stdout);
		exit(0);
	} else {
		fputs(usage, stderr);
		exit(EXIT_USAGE);
	}
}

int main(int argc, char **argv)
{
	struct traffic_options options = {
		.flows = 1,
		.rate_pps = 10000,
		.size = 64,
		.source_port = TRAFFIC_SOURCE_PORT,
		.merge_ms = 50,
		.json = stdout,
	};
	const char *part;
	uint16_t port = TRAFFIC_PORT;
	int id;

	while ((id = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		take_option(&options, (enum option_id)id, optarg, &port);
	}
	if (optind != argc - 1) {
		usage_error("expected send, receive or watch and its options, not",
			    optind < argc ? argv[argc - 1] : "");
	}
	part = argv[optind];
	catch_signals();
	if (strcmp(part, "send") == 0 && options.to.ss_family != 0) {
		if (options.source_port + options.flows - 1 > UINT16_MAX) {
			usage_error("more flows than ports after", "--source-port");
		}
		set_port(&options.to, port);
		return traffic_send(&options);
	}
	if (strcmp(part, "receive") == 0 && options.listen.ss_family != 0) {
		set_port(&options.listen, port);
		return traffic_receive(&options);
	}
	if (strcmp(part, "watch") == 0 && options.link_count > 0) {
		return traffic_watch(&options);
	}
	usage_error("unknown, or without the option it needs:", part);
	return EXIT_USAGE;
}
