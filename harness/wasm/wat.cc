// SPDX-License-Identifier: Apache-2.0
// See wat.h. Nothing of C++ leaves this file.
#include "harness/wasm/wat.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <wabt/binary-writer.h>
#include <wabt/error.h>
#include <wabt/feature.h>
#include <wabt/ir.h>
#include <wabt/stream.h>
#include <wabt/validator.h>
#include <wabt/wast-lexer.h>
#include <wabt/wast-parser.h>

static int refuse(struct tm_error *error, const char *name, const wabt::Errors &errors) {
  if (errors.empty()) return tm_fail(error, -EINVAL, "%s: not a module", name);
  const wabt::Error &first = errors.front();
  return tm_fail(error, -EINVAL, "%s:%d:%d: %s", name, first.loc.line, first.loc.first_column,
                 first.message.c_str());
}

int tm_wat_to_wasm(const char *name, const char *text, size_t size, unsigned char **wasm,
                   size_t *wasm_size, struct tm_error *error) {
  wabt::Features features;
  features.enable_threads();
  features.enable_memory64();
  wabt::Errors errors;
  auto lexer = wabt::WastLexer::CreateBufferLexer(name, text, size, &errors);
  wabt::WastParseOptions parse(features);
  std::unique_ptr<wabt::Module> module;
  if (wabt::Failed(wabt::ParseWatModule(lexer.get(), &module, &errors, &parse)) ||
      wabt::Failed(wabt::ValidateModule(module.get(), &errors, wabt::ValidateOptions(features))))
    return refuse(error, name, errors);
  wabt::MemoryStream stream;
  wabt::WriteBinaryOptions write(features, true, false, true);
  if (wabt::Failed(wabt::WriteBinaryModule(&stream, module.get(), write)))
    return tm_fail(error, -EINVAL, "%s: cannot be encoded", name);
  const auto &bytes = stream.output_buffer().data;
  *wasm = static_cast<unsigned char *>(std::malloc(bytes.size() + 1));
  if (!*wasm) return tm_fail(error, -ENOMEM, "out of memory");
  std::memcpy(*wasm, bytes.data(), bytes.size());
  *wasm_size = bytes.size();
  return 0;
}
