// The addon finetune_mpi: what the ranks of a job do together. Each function that takes time returns a promise.
#include <napi.h>
#ifdef __linux__
#include <sched.h>
#endif

#include "arguments.h"
#include "communicator.h"

namespace finetune {
namespace {

// JavaScript's side of an operation under way.
struct Pending {
  Napi::Promise::Deferred deferred;
  // Whose memory is in use.
  std::vector<Napi::Reference<Napi::TypedArray>> arrays;
  // What the promise comes to have, beside the figures.
  std::function<void(Napi::Object result, Operation&)> result;
};

// Calls from the communicator's thread. It keeps the process alive while something is under way.
Napi::ThreadSafeFunction* to_javascript = nullptr;
int under_way = 0;

void ref(Napi::Env env) {
  if (under_way++ == 0) to_javascript->Ref(env);
}

void unref(Napi::Env env) {
  if (--under_way == 0) to_javascript->Unref(env);
}

Napi::Promise post(Napi::Env env, std::unique_ptr<Operation> operation, std::vector<Napi::TypedArray> arrays,
                   std::function<void(Napi::Object, Operation&)> result) {
  auto* pending = new Pending{Napi::Promise::Deferred::New(env), {}, std::move(result)};
  for (const Napi::TypedArray& array : arrays) pending->arrays.push_back(Napi::Persistent(array));
  ref(env);
  const auto promise = pending->deferred.Promise();
  Communicator::instance().post(std::move(operation), [pending](Operation& done, double seconds) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const double ended = std::chrono::duration<double, std::milli>(now).count();
    to_javascript->BlockingCall([pending, &done, seconds, ended](Napi::Env env, Napi::Function) {
      const std::unique_ptr<Pending> finished(pending);
      const std::unique_ptr<Operation> operation(&done);
      const Napi::HandleScope scope(env);
      unref(env);
      auto result = Napi::Object::New(env);
      result.Set("seconds", seconds);
      result.Set("ended", ended);
      result.Set("bytesSent", static_cast<double>(operation->bytes_sent));
      finished->result(result, *operation);
      finished->deferred.Resolve(result);
    });
  });
  return promise;
}

std::string text(const Napi::CallbackInfo& info, size_t index, const char* name) {
  if (!info[index].IsString()) Arguments(info, "mpi").fail_type(name, "a text");
  return info[index].As<Napi::String>();
}

void require_job(const Napi::CallbackInfo& info) {
  if (Communicator::instance().job().members.empty()) throw Napi::Error::New(info.Env(), "MPI has not been initialised.");
}

// The second argument of what sends bytes.
Napi::Uint8Array bytes_argument(const Napi::CallbackInfo& info, const Arguments& arguments) {
  if (!info[1].IsTypedArray() || info[1].As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    arguments.fail_type("bytes", "a Uint8Array");
  }
  return info[1].As<Napi::Uint8Array>();
}

int rank_argument(const Arguments& arguments, size_t index, const char* name) {
  const uint64_t rank = arguments.integer(index, name);
  if (rank >= Communicator::instance().job().members.size()) arguments.fail_range(name, "is no rank");
  return static_cast<int>(rank);
}

// initialize(timeout, silence): the limits in seconds, see heartbeats.h. A promise of what is known of the job.
Napi::Value initialize(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "initialize");
  Limits limits;
  limits.timeout = arguments.number(0, "timeout");
  limits.silence = arguments.number(1, "silence");
  if (!(limits.timeout > 0)) arguments.fail_range("timeout", "must be above 0");
  if (!(limits.silence > 0)) arguments.fail_range("silence", "must be above 0");
  if (to_javascript != nullptr) throw Napi::Error::New(info.Env(), "MPI has been initialised already.");
  to_javascript = new Napi::ThreadSafeFunction(
      Napi::ThreadSafeFunction::New(info.Env(), Napi::Function(), "finetune_mpi", 0, 1));
  const auto deferred = Napi::Promise::Deferred::New(info.Env());
  under_way++;
  Communicator::instance().begin(limits, [deferred](const std::string& error) {
    to_javascript->BlockingCall([deferred, error](Napi::Env env, Napi::Function) {
      const Napi::HandleScope scope(env);
      unref(env);
      if (!error.empty()) return deferred.Reject(Napi::Error::New(env, error).Value());
      const Job& job = Communicator::instance().job();
      auto result = Napi::Object::New(env);
      result.Set("rank", job.rank);
      result.Set("size", job.size);
      result.Set("library", job.library);
      auto members = Napi::Array::New(env);
      for (size_t rank = 0; rank < job.members.size(); rank++) {
        auto member = Napi::Object::New(env);
        member.Set("host", job.members[rank].host);
        member.Set("pid", job.members[rank].pid);
        members.Set(static_cast<uint32_t>(rank), member);
      }
      result.Set("members", members);
      deferred.Resolve(result);
    });
  });
  return deferred.Promise();
}

// reduce(purpose, sum, terms, counts, halves, owner): see operation.h; owner is -1 where all ranks get the sum.
Napi::Value reduce(const Napi::CallbackInfo& info) {
  require_job(info);
  const Arguments arguments(info, "reduce");
  const Job& job = Communicator::instance().job();
  const std::string purpose = text(info, 0, "purpose");
  const Floats sum = arguments.floats(1, "sum");
  if (sum.size > 0x7fffffff) arguments.fail_range("sum", "has more than 2^31 elements");
  if (!info[2].IsArray()) arguments.fail_type("terms", "an array of Float32Arrays");
  const auto list = info[2].As<Napi::Array>();
  std::vector<Napi::TypedArray> arrays{info[1].As<Napi::TypedArray>()};
  Reduce::Settings settings{sum.data, {}, {}, sum.size, ReductionType::kFloat32, -1};
  for (uint32_t i = 0; i < list.Length(); i++) {
    const Napi::Value item = list.Get(i);
    if (!item.IsTypedArray() || item.As<Napi::TypedArray>().TypedArrayType() != napi_float32_array) {
      arguments.fail_type("terms", "an array of Float32Arrays");
    }
    auto term = item.As<Napi::Float32Array>();
    if (term.ElementLength() != sum.size) arguments.fail_range("terms", "have other lengths than sum");
    settings.terms.push_back(term.Data());
    arrays.push_back(term);
  }
  const Ints counts = arguments.ints(3, "counts", job.members.size());
  bool has_terms = false;
  for (size_t rank = 0; rank < counts.size; rank++) {
    if (counts.data[rank] < 0 || counts.data[rank] > 4096) arguments.fail_range("counts", "must be between 0 and 4096");
    has_terms = has_terms || counts.data[rank] > 0;
  }
  if (!has_terms) arguments.fail_range("counts", "says that no rank has a term");
  settings.counts.assign(counts.data, counts.data + counts.size);
  if (static_cast<size_t>(settings.counts[job.rank]) != settings.terms.size()) {
    arguments.fail_range("counts", "is not as many as there are terms");
  }
  if (arguments.boolean(4, "halves")) settings.type = ReductionType::kBfloat16;
  const double owner = arguments.number(5, "owner");
  if (owner != -1) settings.owner = rank_argument(arguments, 5, "owner");
  return post(info.Env(), std::make_unique<Reduce>(purpose, settings), arrays, [](Napi::Object result, Operation& operation) {
    result.Set("squares", static_cast<Reduce&>(operation).squares());
  });
}

// broadcast(purpose, bytes, root): a Uint8Array, filled on all other ranks.
Napi::Value broadcast(const Napi::CallbackInfo& info) {
  require_job(info);
  const Arguments arguments(info, "broadcast");
  const std::string purpose = text(info, 0, "purpose");
  auto bytes = bytes_argument(info, arguments);
  const int root = rank_argument(arguments, 2, "root");
  return post(info.Env(), std::make_unique<Broadcast>(purpose, bytes.Data(), bytes.ByteLength(), root), {bytes},
              [](Napi::Object, Operation&) {});
}

// gather(purpose, bytes): a promise of every rank's Uint8Array, as `parts`.
Napi::Value gather(const Napi::CallbackInfo& info) {
  require_job(info);
  const Arguments arguments(info, "gather");
  const std::string purpose = text(info, 0, "purpose");
  auto bytes = bytes_argument(info, arguments);
  std::vector<uint8_t> own(bytes.Data(), bytes.Data() + bytes.ByteLength());
  return post(info.Env(), std::make_unique<Gather>(purpose, std::move(own)), {}, [](Napi::Object result, Operation& operation) {
    const auto& gather = static_cast<Gather&>(operation);
    if (gather.too_large()) {
      result.Set("parts", result.Env().Null());
      return;
    }
    auto parts = Napi::Array::New(result.Env());
    size_t place = 0;
    for (size_t rank = 0; rank < gather.sizes().size(); rank++) {
      const size_t size = gather.sizes()[rank];
      auto part = Napi::Uint8Array::New(result.Env(), size);
      std::copy_n(gather.gathered().data() + place, size, part.Data());
      parts.Set(static_cast<uint32_t>(rank), part);
      place += size;
    }
    result.Set("parts", parts);
  });
}

// barrier(purpose)
Napi::Value barrier(const Napi::CallbackInfo& info) {
  require_job(info);
  return post(info.Env(), std::make_unique<Barrier>(text(info, 0, "purpose")), {}, [](Napi::Object, Operation&) {});
}

// setSignal(number), signal(): what a rank has been asked by a signal, and whether another has.
void set_signal(const Napi::CallbackInfo& info) {
  const uint64_t signal = Arguments(info, "setSignal").integer(0, "signal");
  if (signal > 64) Arguments(info, "setSignal").fail_range("signal", "is no signal");
  Communicator::instance().set_signal(static_cast<int>(signal));
}

Napi::Value signal(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), Communicator::instance().signal());
}

int exit_code_argument(const Arguments& arguments, size_t index) {
  const uint64_t code = arguments.integer(index, "code");
  if (code > 255) arguments.fail_range("code", "must be below 256");
  return static_cast<int>(code);
}

// abort(message, code): ends all ranks at once.
void abort(const Napi::CallbackInfo& info) {
  const std::string message = text(info, 0, "message");
  const int code = exit_code_argument(Arguments(info, "abort"), 1);
  require_job(info);
  Communicator::instance().abort(message, code);
}

// end(code, reason): for the end of the process; waits for the other ranks. The reason of a failure is printed if they go on without.
void end(const Napi::CallbackInfo& info) {
  const int code = exit_code_argument(Arguments(info, "end"), 0);
  const std::string reason = text(info, 1, "reason");
  if (!Communicator::instance().job().members.empty()) Communicator::instance().end(code, reason);
}

// processors(): the numbers of those that this process may run on; empty where the system does not say.
Napi::Value processors(const Napi::CallbackInfo& info) {
  auto numbers = Napi::Array::New(info.Env());
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
      if (CPU_ISSET(cpu, &set)) numbers.Set(numbers.Length(), cpu);
    }
  }
#endif
  return numbers;
}

Napi::Object exports_of(Napi::Env env, Napi::Object exports) {
  const auto add_function = [&](const char* name, auto function) {
    exports.Set(name, Napi::Function::New(env, function, name));
  };
  add_function("initialize", initialize);
  add_function("reduce", reduce);
  add_function("broadcast", broadcast);
  add_function("gather", gather);
  add_function("barrier", barrier);
  add_function("setSignal", set_signal);
  add_function("signal", signal);
  add_function("abort", abort);
  add_function("end", end);
  add_function("processors", processors);
  return exports;
}

}  // namespace
}  // namespace finetune

static Napi::Object Init(Napi::Env env, Napi::Object exports) { return finetune::exports_of(env, exports); }

NODE_API_MODULE(finetune_mpi, Init)
