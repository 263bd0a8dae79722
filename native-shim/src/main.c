/* SPDX-License-Identifier: Apache-2.0 */
/* One binary, by its name the command or the shim: only this file's path makes namespaces. */
#include <string.h>

#include "launch.h"
#include "ops.h"
#include "requests.h"

int main(int argc, char *argv[]) {
  static const char shim[] = "tsbuild-shim";
  const char *name = argc > 0 ? strrchr(argv[0], '/') : NULL;
  name = name != NULL ? name + 1 : argc > 0 ? argv[0] : "";
  if (strcmp(name, shim) != 0)
    return launch_main(argv);
  if (argc > 1 && strcmp(argv[1], "--ops") == 0) {
    ops_print();
    requests_print();
    return 0;
  }
  return shim_main();
}
