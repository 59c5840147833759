/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * redirect: attaches the least program that sends packets on to another interface:
 * three instructions, no maps, no hash. What a bond costs beyond it is ours; what
 * it costs itself is the kernel's, whatever a bond does there. bench/packets.py
 * puts such interfaces beside the bonds.
 *
 *	redirect FROM ingress|egress TO
 *
 * Attached by tc, as the bond's own programs are; it goes with the interface.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static int program_load(unsigned int to)
{
	struct bpf_insn code[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_1, .imm = (int)to},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2, .imm = 0},
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_redirect},
		{.code = BPF_JMP | BPF_EXIT},
	};

	return bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "redirect", "GPL", code,
			     sizeof(code) / sizeof(code[0]), NULL);
}

/* libbpf wants the padding at the end of its structures to be 0 as well. */
static int program_attach(int program, unsigned int from, enum bpf_tc_attach_point point)
{
	struct bpf_tc_hook hook;
	struct bpf_tc_opts options;
	int result;

	memset(&hook, 0, sizeof(hook));
	memset(&options, 0, sizeof(options));
	hook.sz = sizeof(hook);
	hook.ifindex = (int)from;
	hook.attach_point = point;
	options.sz = sizeof(options);
	options.prog_fd = program;
	result = bpf_tc_hook_create(&hook);
	if (result && result != -EEXIST) {
		return result;
	}
	return bpf_tc_attach(&hook, &options);
}

int main(int argc, char **argv)
{
	unsigned int from;
	unsigned int to;
	int program;
	int result;

	if (argc != 4 || (strcmp(argv[2], "ingress") != 0 && strcmp(argv[2], "egress") != 0)) {
		fputs("usage: redirect FROM ingress|egress TO\n", stderr);
		return 2;
	}
	from = if_nametoindex(argv[1]);
	to = if_nametoindex(argv[3]);
	if (from == 0 || to == 0) {
		fprintf(stderr, "redirect: no interface %s\n", argv[from == 0 ? 1 : 3]);
		return 1;
	}
	program = program_load(to);
	if (program < 0) {
		fprintf(stderr, "redirect: loading: %s\n", strerror(-program));
		return 1;
	}
	result = program_attach(program, from,
				strcmp(argv[2], "ingress") == 0 ? BPF_TC_INGRESS
								: BPF_TC_EGRESS);
	if (result) {
		fprintf(stderr, "redirect: attaching to %s: %s\n", argv[1], strerror(-result));
		return 1;
	}
	return 0;
}
