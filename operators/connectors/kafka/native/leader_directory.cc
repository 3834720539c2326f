#include "operators/connectors/kafka/native/leader_directory.h"

#include <algorithm>
#include <utility>

#include "operators/api/error_codes.h"
#include "operators/connectors/kafka/kafka_handle.h"
#include "operators/connectors/kafka/native/broker_questions.h"

namespace millrace {
namespace {

constexpr int64_t kPatienceNanos = 60'000'000'000;
// A broker that has just started, and a topic that was just made, are not known everywhere at once.
constexpr int kMissingAnswersMax = 5;

bool IsSet(const KafkaUuid& id) {
  return id != KafkaUuid{};
}

}  // namespace

LeaderDirectory::LeaderDirectory(const NativeContext& context, std::function<void()> on_answer)
    : context_(context),
      on_answer_(std::move(on_answer)),
      back_off_(context.settings.reconnect_backoff_ms, context.settings.reconnect_backoff_ms_max) {
}

void LeaderDirectory::Want(const std::string& topic, int32_t partition) {
  wanted_[topic].insert(partition);
  is_wanted_ = true;
}

void LeaderDirectory::Forget(const std::string& topic, int32_t partition) {
  const auto found = wanted_.find(topic);
  if (found == wanted_.end()) return;
  found->second.erase(partition);
  if (found->second.empty()) wanted_.erase(found);
}

void LeaderDirectory::Tick(int64_t now_nanos) {
  if (is_asking_ || wanted_.empty()) return;
  const int64_t age_max_nanos = context_.settings.metadata_age_ms_max * 1'000'000;
  const bool is_old =
      age_max_nanos > 0 && answered_nanos_ != 0 && now_nanos - answered_nanos_ > age_max_nanos;
  if ((!is_wanted_ && !is_old) || now_nanos < ask_nanos_) return;
  is_wanted_ = false;
  is_asking_ = true;
  std::vector<BrokerAddress> brokers;
  for (const auto& [id, address] : metadata_.brokers) brokers.push_back(address);
  for (const BrokerAddress& address : context_.settings.bootstrap) {
    if (std::find(brokers.begin(), brokers.end(), address) == brokers.end()) brokers.push_back(address);
  }
  if (!brokers.empty()) {
    // One that does not answer should not be the first to be asked each time.
    std::rotate(brokers.begin(),
                brokers.begin() + static_cast<ptrdiff_t>(context_.env->random().Next64() % brokers.size()),
                brokers.end());
  }
  std::vector<std::string> topics;
  for (const auto& [topic, partitions] : wanted_) topics.push_back(topic);
  context_.RunOutside([brokers, topics, settings = context_.settings,
                       env = context_.env] { return AskForMetadata(brokers, topics, settings, env); },
                      [this](Result<ClusterMetadata> answer) { TakeAnswer(std::move(answer)); });
}

void LeaderDirectory::TakeAnswer(Result<ClusterMetadata> answer) {
  is_asking_ = false;
  const int64_t delay_ms = back_off_.NextMs();
  ask_nanos_ = context_.NowNanos() + delay_ms * 1'000'000;
  context_.WakeAfter(delay_ms + 1);
  if (!answer.ok()) {
    TakeFailure(answer.status());
    return;
  }
  unreachable_nanos_ = 0;
  answered_nanos_ = context_.NowNanos();
  bool is_missing = false;
  for (const auto& [topic, partitions] : wanted_) {
    if (verdict_.ok()) verdict_ = CheckTopic(topic, partitions, *answer, &is_missing);
    topic_ids_.try_emplace(topic, answer->topics[topic].id);
  }
  num_missing_ = is_missing ? num_missing_ + 1 : 0;
  if (is_missing) is_wanted_ = true;
  metadata_ = std::move(*answer);
  on_answer_();
}

void LeaderDirectory::TakeFailure(const Status& failure) {
  is_wanted_ = true;
  if (unreachable_nanos_ == 0) unreachable_nanos_ = context_.NowNanos();
  if (failure.code() == kOutsideRefused) {
    verdict_ = failure;
  } else if (context_.NowNanos() - unreachable_nanos_ > kPatienceNanos) {
    verdict_ = KafkaError(RD_KAFKA_RESP_ERR__TRANSPORT, "brokers do not answer",
                          context_.settings.bootstrap_servers, failure.message());
  }
}

Status LeaderDirectory::CheckTopic(const std::string& name, const std::set<int32_t>& partitions,
                                   const ClusterMetadata& metadata, bool* is_missing) const {
  const std::string& servers = context_.settings.bootstrap_servers;
  const bool is_final = num_missing_ + 1 >= kMissingAnswersMax;
  const auto found = metadata.topics.find(name);
  if (found == metadata.topics.end() || found->second.error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
    *is_missing = true;
    if (!is_final) return Status::Ok();
    return Status(kOutsideMissing, "topic does not exist: '" + name + "', brokers '" + servers + "'")
        .WithSuggestion("create the topic, or correct option 'topic'");
  }
  const ClusterMetadata::Topic& topic = found->second;
  if (topic.error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
    return KafkaError(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
                      "topic cannot be looked at: '" + name + "'", servers);
  }
  const auto known_id = topic_ids_.find(name);
  if (known_id != topic_ids_.end() && IsSet(known_id->second) && IsSet(topic.id) &&
      topic.id != known_id->second) {
    return Status(kOutsideMissing, "topic was made anew: '" + name + "', brokers '" + servers + "'")
        .WithSuggestion("its offsets are others now: start the job without its checkpoint");
  }
  if (topic.error != 0 || topic.partitions.contains(*partitions.rbegin())) return Status::Ok();
  *is_missing = true;
  if (!is_final) return Status::Ok();
  return Status(kOutsideMissing, "partition does not exist: topic '" + name + "' partition " +
                                     std::to_string(*partitions.rbegin()) + ", brokers '" + servers + "'")
      .WithSuggestion("the topic was made anew with fewer partitions: start the job without its checkpoint");
}

}  // namespace millrace
