// librdkafka makes its threads and locks by C11's <threads.h>, which ThreadSanitizer does not know: a thread
// that it has not seen begin crashes in it. Preloaded into the tests under ThreadSanitizer
// (scripts/sanitize), these call the functions of <pthread.h> instead; glibc's types are the same ones.
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <threads.h>

static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t) && sizeof(cnd_t) == sizeof(pthread_cond_t));

namespace {

int Result(int error) {
  if (error == 0) return thrd_success;
  return error == EBUSY ? thrd_busy : error == ETIMEDOUT ? thrd_timedout : thrd_error;
}
pthread_mutex_t* Mutex(mtx_t* mutex) {
  return reinterpret_cast<pthread_mutex_t*>(mutex);
}
pthread_cond_t* Condition(cnd_t* condition) {
  return reinterpret_cast<pthread_cond_t*>(condition);
}

struct Start {
  thrd_start_t function;
  void* argument;
};

void* Run(void* argument) {
  const Start start = *static_cast<Start*>(argument);
  delete static_cast<Start*>(argument);
  return reinterpret_cast<void*>(static_cast<intptr_t>(start.function(start.argument)));
}

}  // namespace

extern "C" {

int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  auto* start = new Start{function, argument};
  const int error = pthread_create(thread, nullptr, Run, start);
  if (error != 0) delete start;
  return Result(error);
}
int thrd_join(thrd_t thread, int* result) {
  void* returned = nullptr;
  const int error = pthread_join(thread, &returned);
  if (result != nullptr) *result = static_cast<int>(reinterpret_cast<intptr_t>(returned));
  return Result(error);
}
int thrd_detach(thrd_t thread) {
  return Result(pthread_detach(thread));
}

int mtx_init(mtx_t* mutex, int type) noexcept {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes,
                            (type & mtx_recursive) != 0 ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL);
  const int error = pthread_mutex_init(Mutex(mutex), &attributes);
  pthread_mutexattr_destroy(&attributes);
  return Result(error);
}
int mtx_lock(mtx_t* mutex) {
  return Result(pthread_mutex_lock(Mutex(mutex)));
}
int mtx_trylock(mtx_t* mutex) {
  return Result(pthread_mutex_trylock(Mutex(mutex)));
}
int mtx_unlock(mtx_t* mutex) noexcept {
  return Result(pthread_mutex_unlock(Mutex(mutex)));
}
void mtx_destroy(mtx_t* mutex) noexcept {
  pthread_mutex_destroy(Mutex(mutex));
}

int cnd_init(cnd_t* condition) noexcept {
  return Result(pthread_cond_init(Condition(condition), nullptr));
}
int cnd_signal(cnd_t* condition) noexcept {
  return Result(pthread_cond_signal(Condition(condition)));
}
int cnd_broadcast(cnd_t* condition) noexcept {
  return Result(pthread_cond_broadcast(Condition(condition)));
}
int cnd_wait(cnd_t* condition, mtx_t* mutex) {
  return Result(pthread_cond_wait(Condition(condition), Mutex(mutex)));
}
int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* until) {
  return Result(pthread_cond_timedwait(Condition(condition), Mutex(mutex), until));
}
void cnd_destroy(cnd_t* condition) noexcept {
  pthread_cond_destroy(Condition(condition));
}

}  // extern "C"
