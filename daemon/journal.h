/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The change that is under way, or waits to be confirmed (store/journal.json): how the
 * files were before it, and how it makes them. It is on the disk before the first file
 * is touched; that it is gone is what makes the change a lasting one.
 */
#ifndef DAEMON_JOURNAL_H
#define DAEMON_JOURNAL_H

#include <jansson.h>
#include <stdbool.h>

#include "config/config_texts.h"
#include "daemon/history.h"

#define JOURNAL_FILE	  "journal.json"
#define JOURNAL_NAME_SIZE 256 /* NAME_MAX + 1 */

struct journal {
	unsigned int number; /* that the configuration gets in the history */
	struct history_origin origin;
	unsigned int confirm_s; /* 0: it needs no confirmation */
	/* The files were so before the change was asked for: somebody had edited them. */
	bool edited;
	/* The files concerned and no others; one that is in one of them only is made, or
	 * removed. */
	struct config_texts before, after;
	json_t *staged; /* what is to be staged again if it comes to nothing; NULL */
};

/* The files are the folder's. 0 or -errno; -EEXIST: there is another change's, which stays.
 * *left, where it isn't 0: whether some of this one may be on the disk nevertheless, and
 * has to be removed. */
int journal_write(const char *store, const char *folder, const struct journal *journal,
		  bool *left);
/* The same of one that was there and may be no more, since its removal failed. */
int journal_write_again(const char *store, const char *folder, const struct journal *journal);
/* -ENOENT: there is none; -EINVAL: it is damaged; -EXDEV: its files are in another
 * folder than this one. *out is freed by journal_free(). */
int journal_read(const char *store, const char *folder, enum ifcfg_dialect dialect,
		 struct journal *out);
/* Also where there is none, or no store any more. 0 or -errno: it may be there yet. */
int journal_remove(const char *store);
void journal_free(struct journal *journal);

/* A file of the folder that somebody has edited was kept under another name. */
typedef void journal_kept_callback(const char *name, const char *kept, void *context);

/*
 * Puts the files back as they were before. now is what the folder holds; what somebody has
 * written (a file that is neither as it was before nor as the change made it, and all of
 * an edited one's) is kept beside first. Goes on after an error, and returns the first, as
 * -errno, with the file's name in failed; can be called again.
 */
int journal_restore(const struct journal *journal, const struct config_texts *now,
		    journal_kept_callback *callback, void *context,
		    char failed[JOURNAL_NAME_SIZE]);
/* The texts of the folder as they will be then. 0 or -ENOMEM. */
int journal_texts_before(const struct journal *journal, const struct config_texts *now,
			 struct config_texts *out);

/* Keeps a text beside as NAME.bak, or, where that holds another text, NAME.1.bak, ...:
 * names that neither dialect reads. 0 or -errno. */
int journal_keep(const char *folder, const struct config_text *text,
		 char kept[JOURNAL_NAME_SIZE]);
/* The same of a file that can't be read: it is renamed. -EISDIR: it is a folder. */
int journal_keep_unread(const char *folder, const char *name, char kept[JOURNAL_NAME_SIZE]);

/* Both there and the same bytes, or both absent. */
bool journal_texts_equal(const struct config_text *a, const struct config_text *b);

#endif
