/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a native workload begins.
 */
#include "guest/platform.h"

int main(int argc, char **argv) {
  guest_native_start();
  return guest_main(argc, argv);
}
