#include <gtest/gtest.h>

#include "operators/api/error_codes.h"
#include "operators/connectors/kafka/native/sasl.h"

namespace millrace {
namespace {

TEST(KafkaSaslTest, PlainSaysAllAtOnce) {
  const auto plain = BeginSasl(SaslMechanism::kPlain, {"user", "secret", ""});
  EXPECT_EQ(plain->FirstMessage(), std::string("\0user\0secret", 12));
  const auto answer = plain->Answer("");
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(*answer, std::nullopt);
}

// The conversation of RFC 7677, section 3.
constexpr char kServerFirst[] =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

std::unique_ptr<SaslConversation> Pencil() {
  return BeginSasl(SaslMechanism::kScramSha256, {"user", "pencil", "rOprNGfwEbeRWgbNEkqO"});
}

TEST(KafkaSaslTest, ScramGivesAndChecksTheProofsOfItsStandard) {
  const auto scram = Pencil();
  EXPECT_EQ(scram->FirstMessage(), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
  const auto proof = scram->Answer(kServerFirst);
  ASSERT_TRUE(proof.ok()) << proof.status().ToString();
  EXPECT_EQ(**proof,
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
  const auto end = scram->Answer("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
  ASSERT_TRUE(end.ok()) << end.status().ToString();
  EXPECT_EQ(*end, std::nullopt);
}

TEST(KafkaSaslTest, ScramRefusesServersThatDoNotProveThemselves) {
  for (const char* last : {"v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "v=", "", "e=other-error"}) {
    const auto scram = Pencil();
    scram->FirstMessage();
    ASSERT_TRUE(scram->Answer(kServerFirst).ok());
    EXPECT_EQ(scram->Answer(last).status().code(), kOutsideRefused) << last;
  }
  for (const char* first :
       {"", "r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "r=rOprNGfwEbeRWgbNEkqO1,s=?,i=4096",
        "r=rOprNGfwEbeRWgbNEkqO1,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=0",
        "r=rOprNGfwEbeRWgbNEkqO1,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=99999999999", "e=unknown-user"}) {
    const auto scram = Pencil();
    scram->FirstMessage();
    EXPECT_EQ(scram->Answer(first).status().code(), kOutsideRefused) << first;
  }
}

TEST(KafkaSaslTest, NamesAreEscaped) {
  const auto scram = BeginSasl(SaslMechanism::kScramSha512, {"a=b,c", "x", "n"});
  EXPECT_EQ(scram->FirstMessage(), "n,,n=a=3Db=2Cc,r=n");
}

}  // namespace
}  // namespace millrace
