// SPDX-License-Identifier: Apache-2.0
// libwabt behind reader.h. Every callback does the same three things: check with the validator,
// check our limits, hand the event on. The validator reports through errors_, the reader through
// OnError; the first of all is the one the user sees.
#include "harness/wasm/reader.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <vector>

#include <wabt/binary-reader-nop.h>
#include <wabt/binary-reader.h>
#include <wabt/shared-validator.h>

namespace {

using wabt::Address;
using wabt::Index;
using wabt::Limits;
using wabt::Location;
using wabt::Offset;
using wabt::Opcode;
using wabt::Result;
using wabt::Type;
using wabt::Var;

char letter(Type type) {
  switch (static_cast<Type::Enum>(type)) {
  case Type::I32: return 'i';
  case Type::I64: return 'I';
  case Type::F32: return 'f';
  case Type::F64: return 'F';
  case Type::V128: return 'v';
  case Type::FuncRef: return 'n';
  case Type::ExternRef: return 'e';
  default: return '-';
  }
}

// Opcode::Enum → op, see reader.h. Codes beyond a byte are relaxed SIMD.
struct OpTable {
  enum : uint32_t { RELAXED_SIMD = UINT32_MAX };
  std::array<uint32_t, Opcode::Invalid> op;
  OpTable() {
    for (uint32_t e = 0; e < Opcode::Invalid; e++) {
      Opcode opcode(static_cast<Opcode::Enum>(e));
      op[e] = opcode.GetCode() > 0xff ? RELAXED_SIMD
                                      : uint32_t{opcode.GetPrefix()} << 8 | opcode.GetCode();
    }
  }
};

wabt::Features features() {
  wabt::Features f; // on by default: the core specification 2.0
  f.enable_threads();
  f.enable_memory64();
  f.enable_extended_const();
  return f;
}

tm_wasm_limits limits_of(const Limits *l) {
  return {l->initial, l->has_max ? l->max : 0, l->has_max, l->is_shared, l->is_64};
}

tm_wasm_name name_of(std::string_view s) { return {s.data(), s.size()}; }

#define CHECK(e)                                                                                   \
  do {                                                                                             \
    if (wabt::Failed(e)) return Result::Error;                                                     \
  } while (0)
#define VISIT(member, ...)                                                                         \
  do {                                                                                             \
    if (visitor_->member) CHECK(visited(visitor_->member(visitor_->self, __VA_ARGS__)));           \
  } while (0)

#define VISIT_END(member)                                                                          \
  do {                                                                                             \
    if (visitor_->member) CHECK(visited(visitor_->member(visitor_->self)));                        \
  } while (0)

class Delegate : public wabt::BinaryReaderNop {
public:
  Delegate(const tm_wasm_visitor *visitor, tm_error *error)
      : visitor_(visitor), error_(error), validator_(&errors_, wabt::ValidateOptions(features())) {}

  // What went wrong, or 0. `result`: what the reader thinks.
  int verdict(Result result) {
    if (code_) return code_;
    if (!errors_.empty())
      return tm_fail(error_, -EINVAL, "invalid wasm at byte offset %zu: %s",
                     errors_.front().loc.offset, errors_.front().message.c_str());
    if (wabt::Failed(result)) return tm_fail(error_, -EINVAL, "invalid wasm");
    return 0;
  }

  bool OnError(const wabt::Error &error) override {
    // Errors inside custom sections do not matter, but a broken name of one does.
    if (error.error_level == wabt::ErrorLevel::Error || !in_custom_section_) note(error);
    return true;
  }

  Result BeginSection(Index, wabt::BinarySection section, Offset) override {
    in_custom_section_ = false;
    if (section == wabt::BinarySection::Tag) return unsupported("exception handling");
    return Result::Ok;
  }
  Result BeginCustomSection(Index, Offset, std::string_view) override {
    in_custom_section_ = true;
    return Result::Ok;
  }
  Result EndModule() override { return validator_.EndModule(); }

  // ---- definitions

  Result OnTypeCount(Index count) override { return limit(count, TM_WASM_MAX_TYPES, "types"); }
  Result OnFuncType(Index index, Index param_count, Type *params, Index result_count,
                    Type *results) override {
    CHECK(limit(param_count, TM_WASM_MAX_PARAMS, "parameters of one function type"));
    CHECK(limit(result_count, TM_WASM_MAX_PARAMS, "results of one function type"));
    CHECK(validator_.OnFuncType(here(), param_count, params, result_count, results, index));
    type_sizes_.push_back(param_count + result_count);
    char p[TM_WASM_MAX_PARAMS], r[TM_WASM_MAX_PARAMS];
    for (Index i = 0; i < param_count; i++) p[i] = letter(params[i]);
    for (Index i = 0; i < result_count; i++) r[i] = letter(results[i]);
    VISIT(type, p, param_count, r, result_count);
    return Result::Ok;
  }
  Result OnStructType(Index, Index, wabt::TypeMut *) override {
    return unsupported("garbage collection");
  }
  Result OnArrayType(Index, wabt::TypeMut) override { return unsupported("garbage collection"); }

  Result OnImportCount(Index count) override {
    return limit(count, TM_WASM_MAX_DEFINITIONS, "imports");
  }
  Result OnImport(Index, wabt::ExternalKind kind, std::string_view module,
                  std::string_view name) override {
    if (kind == wabt::ExternalKind::Tag) return unsupported("exception handling");
    CHECK(limit(module.size(), TM_WASM_MAX_NAME, "bytes of an import's name"));
    return limit(name.size(), TM_WASM_MAX_NAME, "bytes of an import's name");
  }
  Result OnImportFunc(Index, std::string_view module, std::string_view name, Index,
                      Index type) override {
    CHECK(validator_.OnFunction(here(), Var(type, here())));
    CHECK(count_function(type));
    tm_wasm_import import = {};
    import.kind = TM_WASM_FUNC;
    import.type = type;
    return visit_import(module, name, &import);
  }
  Result OnImportTable(Index, std::string_view module, std::string_view name, Index, Type type,
                       const Limits *limits) override {
    CHECK(validator_.OnTable(here(), type, *limits));
    CHECK(limit(++tables_, TM_WASM_MAX_TABLES, "tables"));
    tm_wasm_import import = {};
    import.kind = TM_WASM_TABLE;
    import.value_type = letter(type);
    import.limits = limits_of(limits);
    return visit_import(module, name, &import);
  }
  Result OnImportMemory(Index, std::string_view module, std::string_view name, Index,
                        const Limits *limits) override {
    if (memories_++) return unsupported("multiple memories");
    CHECK(validator_.OnMemory(here(), *limits));
    memory64_ = limits->is_64;
    tm_wasm_import import = {};
    import.kind = TM_WASM_MEMORY;
    import.limits = limits_of(limits);
    return visit_import(module, name, &import);
  }
  Result OnImportGlobal(Index, std::string_view module, std::string_view name, Index, Type type,
                        bool mutable_) override {
    CHECK(validator_.OnGlobalImport(here(), type, mutable_));
    tm_wasm_import import = {};
    import.kind = TM_WASM_GLOBAL;
    import.value_type = letter(type);
    import.mutable_ = mutable_;
    return visit_import(module, name, &import);
  }

  Result OnFunctionCount(Index count) override {
    return limit(count, TM_WASM_MAX_FUNCTIONS, "functions");
  }
  Result OnFunction(Index, Index type) override {
    CHECK(validator_.OnFunction(here(), Var(type, here())));
    CHECK(count_function(type));
    VISIT(function, type);
    return Result::Ok;
  }
  Result OnTable(Index, Type type, const Limits *limits) override {
    CHECK(validator_.OnTable(here(), type, *limits));
    CHECK(limit(++tables_, TM_WASM_MAX_TABLES, "tables"));
    tm_wasm_limits l = limits_of(limits);
    VISIT(table, letter(type), &l);
    return Result::Ok;
  }
  Result OnMemory(Index, const Limits *limits) override {
    if (memories_++) return unsupported("multiple memories");
    CHECK(validator_.OnMemory(here(), *limits));
    memory64_ = limits->is_64;
    tm_wasm_limits l = limits_of(limits);
    VISIT(memory, &l);
    return Result::Ok;
  }
  Result OnGlobalCount(Index count) override {
    return limit(count, TM_WASM_MAX_DEFINITIONS, "globals");
  }
  Result BeginGlobal(Index, Type type, bool mutable_) override {
    CHECK(validator_.OnGlobal(here(), type, mutable_));
    global_type_ = type;
    VISIT(global, letter(type), mutable_);
    return Result::Ok;
  }
  Result BeginGlobalInitExpr(Index) override { return begin_init(global_type_); }
  Result EndGlobalInitExpr(Index) override { return end_init(); }

  Result OnExportCount(Index count) override {
    return limit(count, TM_WASM_MAX_DEFINITIONS, "exports");
  }
  Result OnExport(Index, wabt::ExternalKind kind, Index item, std::string_view name) override {
    if (kind == wabt::ExternalKind::Tag) return unsupported("exception handling");
    CHECK(limit(name.size(), TM_WASM_MAX_NAME, "bytes of an export's name"));
    CHECK(validator_.OnExport(here(), kind, Var(item, here()), name));
    VISIT(export_, static_cast<tm_wasm_kind>(kind), item, name_of(name));
    return Result::Ok;
  }
  Result OnStartFunction(Index function) override {
    CHECK(validator_.OnStart(here(), Var(function, here())));
    VISIT(start, function);
    return Result::Ok;
  }

  // ---- segments

  static wabt::SegmentKind segment_kind(uint8_t flags) {
    if ((flags & wabt::SegDeclared) == wabt::SegDeclared) return wabt::SegmentKind::Declared;
    return flags & wabt::SegPassive ? wabt::SegmentKind::Passive : wabt::SegmentKind::Active;
  }
  Result OnElemSegmentCount(Index count) override {
    return limit(count, TM_WASM_MAX_DEFINITIONS, "element segments");
  }
  Result BeginElemSegment(Index, Index table, uint8_t flags) override {
    wabt::SegmentKind kind = segment_kind(flags);
    CHECK(validator_.OnElemSegment(here(), Var(table, here()), kind));
    VISIT(element, mode_of(kind), table);
    return Result::Ok;
  }
  Result BeginElemSegmentInitExpr(Index) override { return begin_init(Type::I32); }
  Result EndElemSegmentInitExpr(Index) override { return end_init(); }
  Result OnElemSegmentElemType(Index, Type type) override {
    element_type_ = letter(type);
    return validator_.OnElemSegmentElemType(here(), type);
  }
  Result OnElemSegmentElemExprCount(Index, Index count) override {
    VISIT(element_count, element_type_, count);
    return Result::Ok;
  }
  Result OnElemSegmentElemExpr_RefNull(Index, Type type) override {
    CHECK(validator_.OnElemSegmentElemExpr_RefNull(here(), type));
    VISIT(element_item, UINT32_MAX);
    return Result::Ok;
  }
  Result OnElemSegmentElemExpr_RefFunc(Index, Index function) override {
    CHECK(validator_.OnElemSegmentElemExpr_RefFunc(here(), Var(function, here())));
    VISIT(element_item, function);
    return Result::Ok;
  }
  Result OnDataCount(Index count) override {
    CHECK(limit(count, TM_WASM_MAX_DEFINITIONS, "data segments"));
    validator_.OnDataCount(count);
    VISIT(data_count, count);
    return Result::Ok;
  }
  Result OnDataSegmentCount(Index count) override {
    return limit(count, TM_WASM_MAX_DEFINITIONS, "data segments");
  }
  Result BeginDataSegment(Index, Index memory, uint8_t flags) override {
    wabt::SegmentKind kind = segment_kind(flags & wabt::SegPassive);
    CHECK(validator_.OnDataSegment(here(), Var(memory, here()), kind));
    VISIT(data, mode_of(kind));
    return Result::Ok;
  }
  Result BeginDataSegmentInitExpr(Index) override {
    return begin_init(memory64_ ? Type::I64 : Type::I32);
  }
  Result EndDataSegmentInitExpr(Index) override { return end_init(); }
  Result OnDataSegmentData(Index, const void *bytes, Address size) override {
    VISIT(data_bytes, static_cast<const uint8_t *>(bytes), static_cast<size_t>(size));
    return Result::Ok;
  }

  // ---- bodies

  Result BeginFunctionBody(Index index, Offset size) override {
    CHECK(limit(size, TM_WASM_MAX_BODY_BYTES, "bytes of one function"));
    CHECK(validator_.BeginFunctionBody(here(), index));
    CHECK(limit(validator_.GetLocalCount(), TM_WASM_MAX_LOCALS, "locals of one function"));
    depth_ = 1;
    VISIT(body, index, static_cast<size_t>(state->offset), static_cast<size_t>(size));
    return Result::Ok;
  }
  Result OnLocalDecl(Index, Index count, Type type) override {
    CHECK(validator_.OnLocalDecl(here(), count, type));
    CHECK(limit(validator_.GetLocalCount(), TM_WASM_MAX_LOCALS, "locals of one function"));
    VISIT(locals, count, letter(type));
    return Result::Ok;
  }
  Result EndFunctionBody(Index) override {
    CHECK(ended());
    CHECK(validator_.EndFunctionBody(here()));
    VISIT_END(body_end);
    return Result::Ok;
  }

  Result OnOpcode(Opcode opcode) override {
    if (opcode.IsInvalid()) return refuse_unknown();
    now_.op = ops().op[opcode];
    switch (static_cast<Opcode::Enum>(opcode)) {
    case Opcode::Try:
    case Opcode::Catch:
    case Opcode::CatchAll:
    case Opcode::Throw:
    case Opcode::Rethrow:
    case Opcode::Delegate: return unsupported("exception handling");
    case Opcode::ReturnCall:
    case Opcode::ReturnCallIndirect: return unsupported("tail calls");
    case Opcode::CallRef: return unsupported("typed function references");
    default: break;
    }
    if (now_.op == OpTable::RELAXED_SIMD) return unsupported("relaxed SIMD");
    if (depth_ == 0) {
      CHECK(validator_.PrintError(here(), "instruction after the end"));
      return Result::Error;
    }
    return Result::Ok;
  }

  Result OnBinaryExpr(Opcode o) override { return plain(validator_.OnBinary(here(), o)); }
  Result OnUnaryExpr(Opcode o) override { return plain(validator_.OnUnary(here(), o)); }
  Result OnTernaryExpr(Opcode o) override { return plain(validator_.OnTernary(here(), o)); }
  Result OnCompareExpr(Opcode o) override { return plain(validator_.OnCompare(here(), o)); }
  Result OnConvertExpr(Opcode o) override { return plain(validator_.OnConvert(here(), o)); }
  Result OnDropExpr() override { return plain(validator_.OnDrop(here())); }
  Result OnNopExpr() override { return validator_.OnNop(here()); }
  Result OnReturnExpr() override { return plain(validator_.OnReturn(here())); }
  Result OnUnreachableExpr() override { return plain(validator_.OnUnreachable(here())); }
  Result OnRefIsNullExpr() override { return plain(validator_.OnRefIsNull(here())); }
  Result OnAtomicFenceExpr(uint32_t model) override {
    return plain(validator_.OnAtomicFence(here(), model));
  }
  Result OnRefNullExpr(Type type) override {
    now_.type = letter(type);
    return plain(validator_.OnRefNull(here(), type));
  }
  Result OnSelectExpr(Index count, Type *types) override {
    now_.type = count ? letter(types[0]) : 0;
    return plain(validator_.OnSelect(here(), count, types));
  }

  Result OnI32ConstExpr(uint32_t value) override { return constant(Type::I32, value); }
  Result OnI64ConstExpr(uint64_t value) override { return constant(Type::I64, value); }
  Result OnF32ConstExpr(uint32_t bits) override { return constant(Type::F32, bits); }
  Result OnF64ConstExpr(uint64_t bits) override { return constant(Type::F64, bits); }
  Result OnV128ConstExpr(v128 value) override {
    bytes_ = value;
    now_.bytes = bytes_.v;
    return plain(validator_.OnConst(here(), Type::V128));
  }

  Result OnLocalGetExpr(Index i) override { return indexed(validator_.OnLocalGet(here(), var(i))); }
  Result OnLocalSetExpr(Index i) override { return indexed(validator_.OnLocalSet(here(), var(i))); }
  Result OnLocalTeeExpr(Index i) override { return indexed(validator_.OnLocalTee(here(), var(i))); }
  Result OnGlobalGetExpr(Index i) override {
    return indexed(validator_.OnGlobalGet(here(), var(i)));
  }
  Result OnGlobalSetExpr(Index i) override {
    return indexed(validator_.OnGlobalSet(here(), var(i)));
  }
  Result OnCallExpr(Index i) override { return indexed(validator_.OnCall(here(), var(i))); }
  Result OnCallIndirectExpr(Index type, Index table) override {
    return indexed(validator_.OnCallIndirect(here(), var(type), var2(table)));
  }
  Result OnRefFuncExpr(Index i) override { return indexed(validator_.OnRefFunc(here(), var(i))); }
  Result OnBrExpr(Index i) override { return indexed(validator_.OnBr(here(), var(i))); }
  Result OnBrIfExpr(Index i) override { return indexed(validator_.OnBrIf(here(), var(i))); }

  Result OnBrTableExpr(Index count, Index *targets, Index default_target) override {
    CHECK(validator_.BeginBrTable(here()));
    for (Index i = 0; i < count; i++)
      CHECK(validator_.OnBrTableTarget(here(), Var(targets[i], here())));
    CHECK(validator_.OnBrTableTarget(here(), Var(default_target, here())));
    now_.targets = targets;
    now_.target_count = count;
    now_.index = default_target;
    return plain(validator_.EndBrTable(here()));
  }

  Result OnBlockExpr(Type type) override { return block(validator_.OnBlock(here(), type), type); }
  Result OnLoopExpr(Type type) override { return block(validator_.OnLoop(here(), type), type); }
  Result OnIfExpr(Type type) override { return block(validator_.OnIf(here(), type), type); }
  Result OnElseExpr() override { return plain(validator_.OnElse(here())); }
  Result OnEndExpr() override {
    // The last end is checked by EndFunctionBody and EndInitExpr.
    if (--depth_ == 0) return Result::Ok;
    return plain(validator_.OnEnd(here()));
  }

  // ---- memory

  Result OnLoadExpr(Opcode o, Index memory, Address align, Address offset) override {
    return access(validator_.OnLoad(here(), o, var(memory), bytes_of(align)), offset);
  }
  Result OnStoreExpr(Opcode o, Index memory, Address align, Address offset) override {
    return access(validator_.OnStore(here(), o, var(memory), bytes_of(align)), offset);
  }
  Result OnLoadSplatExpr(Opcode o, Index memory, Address align, Address offset) override {
    return access(validator_.OnLoadSplat(here(), o, var(memory), bytes_of(align)), offset);
  }
  Result OnLoadZeroExpr(Opcode o, Index memory, Address align, Address offset) override {
    return access(validator_.OnLoadZero(here(), o, var(memory), bytes_of(align)), offset);
  }
  Result OnAtomicLoadExpr(Opcode o, Index memory, Address align, Address offset) override {
    return access(validator_.OnAtomicLoad(here(), o, var(memory), bytes_of(align)), offset);
  }
  Result OnAtomicStoreExpr(Opcode o, Index memory, Address align, Address offset) override {
    return access(validator_.OnAtomicStore(here(), o, var(memory), bytes_of(align)), offset);
  }
  Result OnAtomicRmwExpr(Opcode o, Index memory, Address align, Address offset) override {
    return access(validator_.OnAtomicRmw(here(), o, var(memory), bytes_of(align)), offset);
  }
  Result OnAtomicRmwCmpxchgExpr(Opcode o, Index memory, Address align, Address offset) override {
    return access(validator_.OnAtomicRmwCmpxchg(here(), o, var(memory), bytes_of(align)), offset);
  }
  Result OnAtomicWaitExpr(Opcode o, Index memory, Address align, Address offset) override {
    return access(validator_.OnAtomicWait(here(), o, var(memory), bytes_of(align)), offset);
  }
  Result OnAtomicNotifyExpr(Opcode o, Index memory, Address align, Address offset) override {
    return access(validator_.OnAtomicNotify(here(), o, var(memory), bytes_of(align)), offset);
  }
  Result OnSimdLoadLaneExpr(Opcode o, Index memory, Address align, Address offset,
                            uint64_t lane) override {
    now_.lane = static_cast<uint8_t>(lane);
    return access(validator_.OnSimdLoadLane(here(), o, var(memory), bytes_of(align), lane), offset);
  }
  Result OnSimdStoreLaneExpr(Opcode o, Index memory, Address align, Address offset,
                             uint64_t lane) override {
    now_.lane = static_cast<uint8_t>(lane);
    return access(validator_.OnSimdStoreLane(here(), o, var(memory), bytes_of(align), lane),
                  offset);
  }
  Result OnSimdLaneOpExpr(Opcode o, uint64_t lane) override {
    now_.lane = static_cast<uint8_t>(lane);
    return plain(validator_.OnSimdLaneOp(here(), o, lane));
  }
  Result OnSimdShuffleOpExpr(Opcode o, v128 lanes) override {
    bytes_ = lanes;
    now_.bytes = bytes_.v;
    return plain(validator_.OnSimdShuffleOp(here(), o, lanes));
  }

  Result OnMemorySizeExpr(Index m) override {
    return plain(validator_.OnMemorySize(here(), var(m)));
  }
  Result OnMemoryGrowExpr(Index m) override {
    return plain(validator_.OnMemoryGrow(here(), var(m)));
  }
  Result OnMemoryFillExpr(Index m) override {
    return plain(validator_.OnMemoryFill(here(), var(m)));
  }
  Result OnMemoryCopyExpr(Index source, Index target) override {
    return plain(validator_.OnMemoryCopy(here(), var(source), var2(target)));
  }
  Result OnMemoryInitExpr(Index segment, Index memory) override {
    return indexed(validator_.OnMemoryInit(here(), var(segment), var2(memory)));
  }
  Result OnDataDropExpr(Index i) override { return indexed(validator_.OnDataDrop(here(), var(i))); }
  Result OnElemDropExpr(Index i) override { return indexed(validator_.OnElemDrop(here(), var(i))); }
  Result OnTableGetExpr(Index i) override { return indexed(validator_.OnTableGet(here(), var(i))); }
  Result OnTableSetExpr(Index i) override { return indexed(validator_.OnTableSet(here(), var(i))); }
  Result OnTableGrowExpr(Index i) override {
    return indexed(validator_.OnTableGrow(here(), var(i)));
  }
  Result OnTableSizeExpr(Index i) override {
    return indexed(validator_.OnTableSize(here(), var(i)));
  }
  Result OnTableFillExpr(Index i) override {
    return indexed(validator_.OnTableFill(here(), var(i)));
  }
  Result OnTableCopyExpr(Index target, Index source) override {
    return indexed(validator_.OnTableCopy(here(), var(target), var2(source)));
  }
  Result OnTableInitExpr(Index segment, Index table) override {
    return indexed(validator_.OnTableInit(here(), var(segment), var2(table)));
  }

private:
  static const OpTable &ops() {
    static const OpTable table;
    return table;
  }
  Location here() const { return Location(state->offset); }
  static Address bytes_of(Address align_log2) {
    return align_log2 < 32 ? Address{1} << align_log2 : ~Address{0};
  }
  static tm_wasm_mode mode_of(wabt::SegmentKind kind) {
    switch (kind) {
    case wabt::SegmentKind::Active: return TM_WASM_ACTIVE;
    case wabt::SegmentKind::Passive: return TM_WASM_PASSIVE;
    default: return TM_WASM_DECLARED;
    }
  }
  Var var(Index i) {
    now_.index = i;
    return Var(i, here());
  }
  Var var2(Index i) {
    now_.index2 = i;
    return Var(i, here());
  }

  void note(const wabt::Error &error) {
    if (code_ || !errors_.empty()) return;
    if (names_memory(error.message))
      unsupported("multiple memories");
    else if (error.message.find("unexpected type form") != std::string::npos && gc_form())
      unsupported("garbage collection");
    else if ((number_after(error.message, "wasm file version: ") >> 16) == 1)
      unsupported("the component model");
    else if (const char *feature = type_feature(error.message))
      unsupported(feature);
    else
      errors_.push_back(error);
  }
  // 0 when the words are not there.
  static long number_after(const std::string &message, const char *words) {
    size_t at = message.find(words);
    return at == std::string::npos ? 0 : std::strtol(&message[at + std::strlen(words)], nullptr, 0);
  }
  // Whose is the type that a parameter, result, local or global has, when it is not ours?
  const char *type_feature(const std::string &message) const {
    if (message.find("type") == std::string::npos) return nullptr;
    long code = number_after(message, "(got ");
    if (code == 0) code = number_after(message, "invalid global type: ");
    bool local = message.find("expected valid local type") != std::string::npos;
    if (local && state->offset) code = state->data[state->offset - 1];
    switch (code & 0x7f) {
    case 0x63: // (ref null T), (ref T)
    case 0x64: return "typed function references";
    case 0x69:                              // exn
    case 0x74: return "exception handling"; // noexn
    case 0x6a:                              // array, struct, i31, eq, any
    case 0x6b:
    case 0x6c:
    case 0x6d:
    case 0x6e:
    case 0x71: // none, noextern, nofunc
    case 0x72:
    case 0x73: return "garbage collection";
    default: return nullptr;
    }
  }
  // Is it about an access that names its memory? That is bit 6 of what was an alignment.
  static bool names_memory(const std::string &message) {
    static const char alignment[] = "alignment: ";
    size_t at = message.find(alignment);
    if (at == std::string::npos) return message.find("multi_memory") != std::string::npos;
    unsigned long value = std::strtoul(message.c_str() + at + sizeof alignment - 1, nullptr, 10);
    return value >= 64 && value < 96;
  }
  // Is the byte that was just read a type form of the GC proposal?
  bool gc_form() const {
    uint8_t form = state->offset ? state->data[state->offset - 1] : 0;
    return form == 0x5f || form == 0x5e || form == 0x50 || form == 0x4f || form == 0x4e;
  }
  Result unsupported(const char *feature) {
    if (!code_ && errors_.empty())
      code_ = tm_fail(error_, -ENOTSUP,
                      "the module uses %s (at byte offset %zu), which is not supported", feature,
                      static_cast<size_t>(state->offset));
    return Result::Error;
  }
  Result refuse_unknown() {
    uint8_t byte = state->offset ? state->data[state->offset - 1] : 0;
    switch (byte) {
    case 0x0a:
    case 0x1f: return unsupported("exception handling");
    case 0x15: return unsupported("tail calls");
    case 0xd3:
    case 0xd4:
    case 0xd5:
    case 0xd6:
    case 0xfb: return unsupported("garbage collection or typed function references");
    default: return Result::Ok; // the reader reports it
    }
  }
  Result limit(uint64_t count, uint64_t most, const char *what) {
    if (count <= most) return Result::Ok;
    if (!code_ && errors_.empty())
      code_ = tm_fail(error_, -EFBIG, "the module has %llu %s, more than the limit of %llu",
                      static_cast<unsigned long long>(count), what,
                      static_cast<unsigned long long>(most));
    return Result::Error;
  }
  Result count_function(Index type) {
    CHECK(limit(++functions_, TM_WASM_MAX_FUNCTIONS, "functions"));
    total_params_ += type_sizes_[type];
    return limit(total_params_, TM_WASM_MAX_TOTAL_PARAMS, "parameters over all functions");
  }

  Result visited(int code) {
    if (code && !code_) code_ = code;
    return code ? Result::Error : Result::Ok;
  }
  Result visit_import(std::string_view module, std::string_view name, tm_wasm_import *import) {
    import->module = name_of(module);
    import->name = name_of(name);
    VISIT(import, import);
    return Result::Ok;
  }
  Result plain(Result checked) {
    CHECK(checked);
    VISIT(instruction, &now_);
    return Result::Ok;
  }
  Result indexed(Result checked) { return plain(checked); }
  Result access(Result checked, Address offset) {
    now_.value = offset;
    return plain(checked);
  }
  Result constant(Type type, uint64_t bits) {
    now_.value = bits;
    return plain(validator_.OnConst(here(), type));
  }
  Result block(Result checked, Type type) {
    CHECK(checked);
    CHECK(limit(++depth_, TM_WASM_MAX_DEPTH, "nested blocks"));
    now_.type = type.IsIndex() ? 0 : letter(type);
    now_.index = type.IsIndex() ? type.GetIndex() : 0;
    VISIT(instruction, &now_);
    return Result::Ok;
  }
  Result begin_init(Type type) {
    depth_ = 1;
    return validator_.BeginInitExpr(here(), type);
  }
  // The reader stops at the end of a body or section, with or without its last end.
  Result ended() {
    if (depth_ == 0) return Result::Ok;
    return validator_.PrintError(here(), "an end is missing");
  }
  Result end_init() {
    CHECK(ended());
    CHECK(validator_.EndInitExpr());
    VISIT_END(init_end);
    return Result::Ok;
  }

  const tm_wasm_visitor *visitor_;
  tm_error *error_;
  int code_ = 0;
  wabt::Errors errors_;
  wabt::SharedValidator validator_;
  tm_wasm_instruction now_ = {};
  v128 bytes_ = {};
  std::vector<uint32_t> type_sizes_; // parameters and results of each type
  uint64_t functions_ = 0, total_params_ = 0, tables_ = 0, memories_ = 0;
  uint64_t depth_ = 0; // open blocks, the body or initialiser itself included
  bool memory64_ = false;
  bool in_custom_section_ = false;
  Type global_type_ = Type::I32;
  char element_type_ = 'n';
};

} // namespace

int tm_wasm_read(const void *bytes, size_t size, const tm_wasm_visitor *visitor, tm_error *error) {
  if (size > TM_WASM_MAX_BYTES)
    return tm_fail(error, -EFBIG, "the module has %zu bytes, more than the limit of %d", size,
                   static_cast<int>(TM_WASM_MAX_BYTES));
  try {
    Delegate delegate(visitor, error);
    wabt::ReadBinaryOptions options(features(), nullptr, /*read_debug_names=*/false,
                                    /*stop_on_first_error=*/true,
                                    /*fail_on_custom_section_error=*/false);
    return delegate.verdict(wabt::ReadBinary(bytes, size, &delegate, options));
  } catch (const std::exception &e) {
    return tm_fail(error, -ENOMEM, "cannot read the module: %s", e.what());
  }
}
