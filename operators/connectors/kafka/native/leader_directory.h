#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/status.h"
#include "operators/connectors/kafka/native/messages.h"
#include "operators/connectors/kafka/native/native_context.h"

namespace millrace {

/// Knows which broker leads which partition: asks the brokers when something changed and now and then, with
/// back-off, on the I/O pool. On the task's thread; outlived by the mailbox only.
class LeaderDirectory {
 public:
  LeaderDirectory(const NativeContext& context, std::function<void()> on_answer);

  void Want(const std::string& topic, int32_t partition);
  void Forget(const std::string& topic, int32_t partition);
  /// What is known is out of date: asks again as soon as the back-off allows.
  void Refresh() { is_wanted_ = true; }
  /// Starts to ask when it is time.
  void Tick(int64_t now_nanos);
  /// Leaders were right: the next question may come at once.
  void Confirm() { back_off_.Reset(); }

  const ClusterMetadata& metadata() const { return metadata_; }
  /// kOutsideMissing: a topic or partition is not there, or the topic was made anew; kOutsideUnreachable: no
  /// broker has answered for a minute; kOutsideRefused.
  const Status& verdict() const { return verdict_; }

 private:
  void TakeAnswer(Result<ClusterMetadata> answer);
  void TakeFailure(const Status& failure);
  /// Looks at what was wanted; `*is_missing` when something is not there, or not yet.
  Status CheckTopic(const std::string& name, const std::set<int32_t>& partitions,
                    const ClusterMetadata& metadata, bool* is_missing) const;

  const NativeContext& context_;
  const std::function<void()> on_answer_;
  std::map<std::string, std::set<int32_t>> wanted_;
  std::map<std::string, KafkaUuid> topic_ids_;  // as first heard
  ClusterMetadata metadata_;
  BackOff back_off_;
  bool is_wanted_ = false;
  bool is_asking_ = false;
  int64_t ask_nanos_ = 0;          // not before
  int64_t answered_nanos_ = 0;     // 0 = never
  int64_t unreachable_nanos_ = 0;  // since when; 0 = brokers answer
  int num_missing_ = 0;            // answers in a row
  Status verdict_;
};

}  // namespace millrace
