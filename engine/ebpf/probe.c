/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this kernel and this process can do of what the engine needs, found out
 * by doing it: in a child process that moves into a network namespace of its own,
 * so that nothing it makes is seen or left behind.
 */
#include "engine/ebpf/internal.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#define BTF_PATH "/sys/kernel/btf/vmlinux"

struct probe {
	size_t count;
	struct engine_feature features[ENGINE_FEATURES_MAX];
};

/* result is what trying it gave: 0 or -errno. */
static void feature_add(struct probe *probe, const char *name, int result,
			enum engine_feature_status status_if_absent, const char *detail)
{
	struct engine_feature *feature;

	if (probe->count == ENGINE_FEATURES_MAX) {
		return;
	}
	feature = &probe->features[probe->count];
	feature->name = name;
	feature->status = result ? status_if_absent : ENGINE_FEATURE_OK;
	if (result) {
		(void)snprintf(feature->detail, sizeof(feature->detail), "%s (%s)", detail,
			       strerror(-result));
	} else {
		(void)snprintf(feature->detail, sizeof(feature->detail), "%s", detail);
	}
	/* Counted last: a child that dies half way leaves whole entries only. */
	probe->count++;
}

static void kernel_probe(struct probe *probe)
{
	struct utsname names;
	char text[160];

	if (uname(&names) == 0) {
		(void)snprintf(text, sizeof(text), "Linux %.60s on %.30s", names.release,
			       names.machine);
		feature_add(probe, "kernel", 0, ENGINE_FEATURE_MISSING, text);
	}
}

static uint64_t capabilities_read(void)
{
	FILE *file = fopen("/proc/self/status", "re");
	char line[256];
	uint64_t mask = 0;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "CapEff: %lx", &mask) == 1) {
			break;
		}
	}
	if (file) {
		(void)fclose(file);
	}
	return mask;
}

static void capabilities_probe(struct probe *probe)
{
	/* Numbers of linux/capability.h. */
	static const struct {
		int number;
		const char *name;
	} wanted[] = {{12, "CAP_NET_ADMIN"},
		      {13, "CAP_NET_RAW"},
		      {21, "CAP_SYS_ADMIN"},
		      {38, "CAP_PERFMON"},
		      {39, "CAP_BPF"}};
	uint64_t mask = capabilities_read();
	char text[160] = "";

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		size_t length = strlen(text);

		if (!(mask >> wanted[i].number & 1)) {
			(void)snprintf(text + length, sizeof(text) - length, "%s%s",
				       length ? ", " : "absent: ", wanted[i].name);
		}
	}
	feature_add(probe, "capabilities", text[0] ? -EPERM : 0, ENGINE_FEATURE_MISSING,
		    text[0] ? text
			    : "network, packet sockets, eBPF, finding attached programs");
}

static void jit_probe(struct probe *probe, struct datapath *datapath)
{
	int program = datapath_program(datapath, PROGRAM_TRANSMIT);
	struct bpf_prog_info info = {0};
	uint32_t size = sizeof(info);
	int result = bpf_obj_get_info_by_fd(program, &info, &size) ? -errno : 0;

	if (!result && !info.jited_prog_len) {
		result = -EOPNOTSUPP;
	}
	feature_add(probe, "JIT", result, ENGINE_FEATURE_SUBSTITUTED,
		    result ? "eBPF is interpreted, which costs several times as much a packet; "
			     "net.core.bpf_jit_enable=1 turns the compiler on"
			   : "programs run as machine code");
}

/* Kernels before 5.11 charge maps to the process's locked memory. */
static void memlock_probe(struct probe *probe)
{
	LIBBPF_OPTS(bpf_map_create_opts, options);
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "pc_probe", sizeof(uint32_t), 1 << 20, 8,
				&options);
	int result = fd < 0 ? -errno : 0;

	if (fd >= 0) {
		close(fd);
	}
	feature_add(probe, "memlock", result, ENGINE_FEATURE_MISSING,
		    result ? "a map of 8 MiB is refused: LimitMEMLOCK=infinity is needed"
			   : "maps are not limited");
}

static void packet_socket_probe(struct probe *probe, uint32_t ifindex)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
				      .sll_protocol = htons(ETH_P_SLOW),
				      .sll_ifindex = (int)ifindex};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_SLOW));
	int result = fd < 0 ? -errno : 0;

	if (!result && bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		result = -errno;
	}
	if (fd >= 0) {
		close(fd);
	}
	feature_add(probe, "AF_PACKET", result, ENGINE_FEATURE_MISSING,
		    result ? "no packet sockets: LACP can't be spoken" : "LACP frames");
}

/* What an attached program makes possible. */
static void attached_probe(struct probe *probe, struct engine *engine,
			   struct datapath *datapath, uint32_t ifindex)
{
	int result = datapath_attach(datapath, PROGRAM_RECEIVE, ifindex, HOOK_INGRESS, false);

	feature_add(probe, "clsact, tc-bpf", result, ENGINE_FEATURE_MISSING,
		    result ? "no eBPF at tc: NET_CLS_ACT, NET_SCH_INGRESS and NET_CLS_BPF are "
			     "needed"
			   : "programs at interfaces, in place without us");
	if (result) {
		return;
	}
	result = datapath_is_attached(datapath, ifindex, HOOK_INGRESS) ? 0 : -EPERM;
	feature_add(probe, "takeover", result, ENGINE_FEATURE_MISSING,
		    result ? "what runs can't be found again after a restart"
			   : "what runs is found again after a restart");
	result = bpf_prog_bind_map(datapath_program(datapath, PROGRAM_TRANSMIT),
				   datapath->maps[MAP_VLANS], NULL)
			 ? -errno
			 : 0;
	feature_add(probe, "maps bound to programs", result, ENGINE_FEATURE_SUBSTITUTED,
		    result ? "maps are found by way of all members and VLAN interfaces instead"
			   : "all maps are found from any one program");
	(void)hook_detach(engine, ifindex, HOOK_INGRESS);
}

static void carrier_read_probe(struct probe *probe, uint32_t ifindex)
{
	static const char absent[] = "needs BTF and Linux 6.2; the daemon rewrites the "
				     "buckets when a link is lost instead";
	struct template template;
	struct datapath datapath;
	int result = template_make(&template, true);

	if (!result) {
		result = datapath_make(&datapath, &template, NULL, NULL);
		if (!result) {
			datapath.table->slots[0].ifindex = ifindex;
			result = datapath_learn(&datapath, ifindex);
			if (!result && !datapath.table->slots[0].net_device) {
				result = -EOPNOTSUPP;
			}
			datapath_free(&datapath);
		}
		template_free(&template);
	}
	feature_add(probe, "carrier read", result, ENGINE_FEATURE_SUBSTITUTED,
		    result ? absent : "the first packet after a lost link takes another");
}

static void programs_probe(struct probe *probe, struct engine *engine, uint32_t ifindex)
{
	struct datapath datapath;
	int result = template_make(&engine->template, false);

	if (!result) {
		result = datapath_make(&datapath, &engine->template, NULL, NULL);
	}
	feature_add(probe, "eBPF programs, mapped maps", result, ENGINE_FEATURE_MISSING,
		    result ? "the kernel refuses the programs; Linux 5.5 or later is needed"
			   : "loaded, table mapped into memory");
	if (result) {
		template_free(&engine->template);
		return;
	}
	jit_probe(probe, &datapath);
	memlock_probe(probe);
	attached_probe(probe, engine, &datapath, ifindex);
	datapath_free(&datapath);
	template_free(&engine->template);
	result = access(BTF_PATH, R_OK) ? -errno : 0;
	feature_add(probe, "BTF", result, ENGINE_FEATURE_SUBSTITUTED,
		    result ? BTF_PATH " is absent, so carrier isn't read in the program"
			   : BTF_PATH);
	carrier_read_probe(probe, ifindex);
}

static void interfaces_probe(struct probe *probe, struct engine *engine)
{
	struct netlink_veth_end ends[2] = {{.name = "pcprobe0"}, {.name = "pcprobe1"}};
	struct netlink_link link;
	bool carrier;
	int value;
	int result = netlink_veth_create(engine->netlink, &ends[0], &ends[1], 1);

	if (!result) {
		result = netlink_link_get_by_name(engine->netlink, "pcprobe0", &link);
	}
	feature_add(probe, "veth", result, ENGINE_FEATURE_MISSING,
		    result ? "no veth pairs: CONFIG_VETH is needed"
			   : "the bond's and the VLAN interfaces' devices");
	if (result) {
		return;
	}
	packet_socket_probe(probe, link.ifindex);
	result = netlink_carrier_read(engine->netlink, link.ifindex, &carrier);
	feature_add(probe, "link state by ethtool", result, ENGINE_FEATURE_MISSING,
		    result ? "drivers can't be asked" : "the driver's own word, at once");
	result = netlink_sysctl_read("ipv6", "pcprobe0", "disable_ipv6", &value);
	feature_add(probe, "IPv6", result, ENGINE_FEATURE_SUBSTITUTED,
		    result ? "absent: bonds speak IPv4 only" : "off on members and hubs");
	programs_probe(probe, engine, link.ifindex);
}

static void child_run(struct probe *probe)
{
	struct engine engine = {0};
	int result;

	engine_bpf_messages_keep();
	kernel_probe(probe);
	capabilities_probe(probe);
	result = unshare(CLONE_NEWNET) ? -errno : 0;
	feature_add(probe, "network namespaces", result, ENGINE_FEATURE_SUBSTITUTED,
		    result ? "can't make one, so the rest can't be tried out here"
			   : "where the rest was tried out");
	if (result || netlink_open(&engine.netlink)) {
		return;
	}
	interfaces_probe(probe, &engine);
	netlink_close(engine.netlink);
}

size_t engine_probe(struct engine_feature out[ENGINE_FEATURES_MAX])
{
	struct probe *probe = mmap(NULL, sizeof(*probe), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	size_t count;
	pid_t child;

	if (probe == MAP_FAILED) {
		return 0;
	}
	child = fork();
	if (child == 0) {
		child_run(probe);
		_exit(0);
	}
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR) {
	}
	count = probe->count;
	/* Names point into the program's text, which the child shares. */
	memcpy(out, probe->features, count * sizeof(*out));
	(void)munmap(probe, sizeof(*probe));
	return count;
}
