/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long a folder of interface files takes to be read and understood, apart from all
 * that a daemon does beside it: config_time FOLDER prints a list of JSON as bench.py
 * wants it. Each figure is the least of several, since anything else that runs here only
 * adds to it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config/config_texts.h"
#include "config/config_write.h"
#include "ifcfg/ifcfg_write.h"

#define ROUNDS	10
#define DIALECT IFCFG_DIALECT_INITSCRIPTS

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void check(int error, const char *what)
{
	if (error < 0) {
		fprintf(stderr, "config_time: %s: %s\n", what, strerror(-error));
		exit(EXIT_FAILURE);
	}
}

static void row(const char *name, double value, const char *end)
{
	printf("{\"name\": \"%s\", \"value\": %.3f, \"unit\": \"ms\"}%s\n", name, value, end);
}

static double least(double before, double value)
{
	return before == 0 || value < before ? value : before;
}

static double read_ms(const char *folder, const struct config_texts *before,
		      struct config_texts *out)
{
	double start = now_ms();

	check(config_texts_read(folder, DIALECT, before, out), folder);
	return now_ms() - start;
}

static double model_ms(const struct config_texts *texts)
{
	struct model_problems problems = {0};
	struct model *model = NULL;
	double start = now_ms();

	check(config_texts_model(texts, DIALECT, &model, &problems), "the model");
	double value = now_ms() - start;
	model_problems_free(&problems);
	model_free(model);
	return value;
}

/* A VLAN interface's file made, written durably and removed. */
static double write_ms(const char *folder)
{
	const struct model_vlan vlan = {.interface = {.name = "bench.4094", .onboot = true},
					.parent = "bench",
					.vid = 4094};
	char error[IFCFG_WRITE_ERROR_SIZE];
	char name[6 + MODEL_NAME_SIZE];
	char *bytes = NULL;
	size_t size = 0;
	double start = now_ms();

	if (ifcfg_write_vlan(NULL, 0, &vlan, &bytes, &size, error) != IFCFG_WRITE_OK) {
		fprintf(stderr, "config_time: %s\n", error);
		exit(EXIT_FAILURE);
	}
	ifcfg_write_name(vlan.interface.name, name);
	check(config_file_write(folder, name, bytes, size, NULL), "writing");
	double value = now_ms() - start;
	free(bytes);
	check(config_file_remove(folder, name), "removing");
	return value;
}

int main(int argc, char **argv)
{
	double cold = 0, warm = 0, model = 0, revision = 0, write = 0;
	char text[CONFIG_REVISION_SIZE];

	if (argc != 2) {
		fprintf(stderr, "usage: config_time FOLDER\n");
		return EXIT_FAILURE;
	}
	for (int i = 0; i < ROUNDS; i++) {
		struct config_texts first;
		struct config_texts again;
		cold = least(cold, read_ms(argv[1], NULL, &first));
		warm = least(warm, read_ms(argv[1], &first, &again));
		model = least(model, model_ms(&again));
		double start = now_ms();
		config_texts_revision(&again, text);
		revision = least(revision, now_ms() - start);
		config_texts_free(&first);
		config_texts_free(&again);
		write = least(write, write_ms(argv[1]));
	}
	printf("[");
	row("read all files", cold, ",");
	row("read them again, unchanged", warm, ",");
	row("make the model of them", model, ",");
	row("their revision", revision, ",");
	row("write one VLAN interface's file, on the disk", write, "]");
	return EXIT_SUCCESS;
}
