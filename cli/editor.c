/* Running the person's editor. */
#include "cli/editor.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *chosen_editor(void) {
  const char *visual = getenv("VISUAL"), *editor = getenv("EDITOR");
  return visual && *visual ? visual : editor && *editor ? editor : "vi";
}

static struct result write_file(struct arena *arena, const char *name, struct str text, struct str *path) {
  const char *folder = getenv("TMPDIR");
  char *made = str_c(arena, str_format(arena, "%s/tandem-XXXXXX", folder && *folder ? folder : "/tmp"));
  if (!mkdtemp(made))
    return result_error(RESULT_REJECTED, "no private folder for the editor: %s.", strerror(errno));
  *path = str_format(arena, "%s/%s", made, name);
  FILE *file = fopen(path->at, "wex");
  bool written = file && fwrite(text.at, 1, text.length, file) == text.length;
  written = file && fclose(file) == 0 && written;
  return written ? RESULT_DONE : result_error(RESULT_REJECTED, "cannot write %s: %s.", path->at, strerror(errno));
}

/* EDITOR may carry arguments ("code --wait"), so a shell splits it; the path goes as an argument of its own. */
static struct result run_editor(const char *editor, const char *path) {
  pid_t pid = fork();
  if (pid < 0)
    return result_error(RESULT_RETRY, "cannot start %s: %s.", editor, strerror(errno));
  if (pid == 0) {
    setenv("TANDEM_EDITOR_COMMAND", editor, 1);
    execl("/bin/sh", "sh", "-c", "eval \"$TANDEM_EDITOR_COMMAND\" '\"$1\"'", "tandem", path, (char *)NULL);
    _exit(127);
  }
  int status;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR)
      return result_error(RESULT_BUG, "waiting for %s: %s", editor, strerror(errno));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return RESULT_DONE;
  return result_error(RESULT_REJECTED, "`%s` ended with an error, so nothing was changed. Set EDITOR to another.",
                      editor);
}

struct result editor_edit(struct invocation *call, const char *name, struct str text, struct str *out,
                          struct str *path) {
  struct str made = {0};
  TRY(write_file(call->arena, name, text, &made));
  *path = made;
  struct result ran = run_editor(chosen_editor(), path->at);
  struct result read = invocation_read_file(call, *path, BODY_BYTES_MAX + 65536, out);
  if (result_ok(&ran))
    return read;
  if (result_ok(&read) && str_equal(*out, text)) {
    editor_forget(*path);
    *path = (struct str){0};
  }
  return ran;
}

void editor_end(const struct invocation *call, struct str path, const struct result *result) {
  if (path.at && result_ok(result))
    editor_forget(path);
  else if (path.at)
    output_note(call->output, "Your text is kept in %.*s.", STR_FMT(path));
}

void editor_forget(struct str path) {
  struct arena arena = {0};
  char *file = str_c(&arena, path), *slash = strrchr(file, '/');
  unlink(file);
  *slash = '\0';
  rmdir(file);
  arena_free(&arena);
}
