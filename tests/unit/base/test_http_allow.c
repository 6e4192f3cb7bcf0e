/* Which URLs and addresses may be called: the ways around an SSRF guard that are known, one row each. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/http_allow.h"

static const struct http_options nothing_listed = {0};

static void assert_refused(const struct http_options *options, const char *url) {
  struct result result = http_url_allowed(options, str_of(url));
  if (result.code != RESULT_REJECTED || result.message[0] == '\0')
    fail_msg("allowed: %s", url);
}

static void assert_allowed(const struct http_options *options, const char *url) {
  struct result result = http_url_allowed(options, str_of(url));
  if (!result_ok(&result))
    fail_msg("refused: %s (%s)", url, result.message);
}

static const char *const refused[] = {
    /* plain addresses */
    "https://127.0.0.1/",
    "https://127.255.255.254/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://0.0.0.0/",
    "https://0.1.2.3/",
    "https://100.64.0.1/",
    "https://192.0.0.192/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://239.255.255.255/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    /* other spellings of them */
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0x0.0x0.0x1/",
    "https://0X7F.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://127.1/",
    "https://127.0.1/",
    "https://0/",
    "https://0xa9fea9fe/",
    "https://169.254.43518/",
    "https://0251.0376.0251.0376/",
    "https://127.0.0.1:443/",
    "https://127.0.0.1./",
    "https://127.0.0.%31/",
    "https://%31%32%37.0.0.1/",
    "https://00000000177.0.0.1/",
    /* things that look like addresses and are none */
    "https://127.0.0.1.1/",
    "https://256.256.256.256/",
    "https://1e3/",
    "https://08.8.8.8/",
    "https://0x/",
    /* IPv6 */
    "https://[::1]/",
    "https://[::]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::ffff:8.8.8.8]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b::10.0.0.1]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[64:ff9b:1::1]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[2606:4700::1%25lo]/",
    "https://[fc00::1]/",
    "https://[fd00:ec2::254]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:db8::1]/",
    "https://[2001::1]/",
    "https://[2001:0:7f00:1::]/",
    "https://[100::1]/",
    "https://[3fff::1]/",
    "https://[::1",
    "https://[v1.x]/",
    /* names that are local */
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://a.localhost/",
    "https://localhost.localdomain/",
    "https://printer.local/",
    "https://metadata.google.internal/",
    "https://router.home.arpa/",
    "https://x.onion/",
    /* who is the host */
    "https://github.com@127.0.0.1/",
    "https://user:password@github.com/",
    "https://@127.0.0.1/",
    "https://github.com:443@127.0.0.1/",
    "https://127.0.0.1#@github.com/",
    "https://127.0.0.1\\@github.com/",
    "https://github.com\\.127.0.0.1/",
    "https:///127.0.0.1/",
    "https:127.0.0.1",
    "https://",
    "https:///",
    "//127.0.0.1/",
    "127.0.0.1",
    "github.com",
    "",
    " https://github.com/",
    "https://github.com /",
    "https://git\thub.com/",
    "https://github.com\r\nHost: x/",
    "https://github..com/",
    "https://.github.com/",
    "https://github.com./",
    "https://\xe2\x91\xa0\xe2\x91\xa1\xe2\x91\xa7.0.0.1/",
    "https://localhos\xe2\x93\xa3/",
    "https://1\xe3\x80\x82\x31/",
    "https://git%00hub.com/",
    "https://github.com%2f@127.0.0.1/",
    "https://github.com:99999/",
    "https://github.com:x/",
    /* other schemes */
    "http://github.com/",
    "http://127.0.0.1/",
    "ftp://github.com/",
    "file:///etc/passwd",
    "gopher://github.com/",
    "dict://github.com:11211/",
    "javascript:alert(1)",
    "data:text/plain,x",
    "ldap://github.com/",
    "HTTP://github.com/",
    "scp://github.com/",
    "jar:https://github.com/",
};

static void http_allow_refuses_the_known_ways_around(void **state) {
  (void)state;
  assert_true(sizeof refused / sizeof refused[0] >= 100);
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
    assert_refused(&nothing_listed, refused[i]);
}

static void http_allow_takes_public_https(void **state) {
  (void)state;
  static const char *const urls[] = {
      "https://api.github.com/repos/acme/rocket",
      "HTTPS://API.GITHUB.COM/",
      "https://8.8.8.8/",
      "https://[2606:4700::1]/",
      "https://[64:ff9b::8.8.8.8]/",
      "https://github.com:8443/",
      "https://xn--bcher-kva.example/",
      "https://a_b.example/",
      "https://github.com?x=@127.0.0.1",
      "https://github.com/@127.0.0.1",
      "https://127.0.0.1.example/",
      "https://localhost.example/",
      "https://172.32.0.1/",
      "https://192.0.1.1/",
      "https://0x7f.example/",
  };
  for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++)
    assert_allowed(&nothing_listed, urls[i]);
}

static void http_allow_takes_what_is_listed_and_no_more(void **state) {
  (void)state;
  static const struct str listed[] = {{"127.0.0.1:8081", 14}, {"ghe.corp.local", 14}, {"[::1]:9000", 10}};
  const struct http_options options = {.allowed_hosts = listed, .allowed_host_count = 3};
  assert_allowed(&options, "http://127.0.0.1:8081/api/v3/");
  assert_allowed(&options, "https://127.0.0.1:8081/");
  assert_allowed(&options, "https://ghe.corp.local/");
  assert_allowed(&options, "http://GHE.Corp.Local:8080/");
  assert_allowed(&options, "http://[::1]:9000/");
  assert_refused(&options, "http://127.0.0.1:8082/");
  assert_refused(&options, "http://127.0.0.1/");
  assert_refused(&options, "http://127.0.0.2:8081/");
  assert_refused(&options, "http://x.ghe.corp.local/");
  assert_refused(&options, "http://ghe.corp.local.evil.example/");
  assert_refused(&options, "http://u@127.0.0.1:8081/");
  assert_refused(&options, "ftp://ghe.corp.local/");
  assert_refused(&options, "http://[::1]:9001/");
}

static void http_allow_refuses_endless_urls(void **state) {
  (void)state;
  static char url[10000];
  memset(url, 'a', sizeof url - 1);
  memcpy(url, "https://github.com/", 19);
  assert_refused(&nothing_listed, url);
}

/* What a name resolves to is checked on the socket by the same rule. */
static void http_allow_knows_public_addresses(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool is_public;
  } rows[] = {
      {"8.8.8.8", true},
      {"140.82.121.6", true},
      {"9.255.255.255", true},
      {"11.0.0.0", true},
      {"126.255.255.255", true},
      {"128.0.0.0", true},
      {"172.15.255.255", true},
      {"192.167.255.255", true},
      {"223.255.255.255", true},
      {"127.0.0.1", false},
      {"169.254.0.0", false},
      {"172.16.0.0", false},
      {"198.19.255.255", false},
      {"203.0.113.7", false},
      {"2606:4700::1111", true},
      {"2a00:1450::1", true},
      {"::", false},
      {"::1", false},
      {"::ffff:8.8.8.8", false},
      {"::8.8.8.8", false},
      {"64:ff9b::8.8.8.8", true},
      {"64:ff9b::1", false},
      {"64:ff9b::10.0.0.1", false},
      {"64:ff9b::169.254.169.254", false},
      {"64:ff9b:0:1::8.8.8.8", false},
      {"64:ff9b:1::8.8.8.8", false},
      {"fe80::1", false},
      {"fd12::1", false},
      {"ff05::2", false},
      {"2002:808:808::1", false},
      {"2001:db8::1", false},
      {"2001:4860:4860::8888", true},
      {"4000::1", false},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    bool is_v4 = inet_pton(AF_INET, rows[i].text, &v4.sin_addr) == 1;
    if (!is_v4)
      assert_int_equal(inet_pton(AF_INET6, rows[i].text, &v6.sin6_addr), 1);
    const struct sockaddr *address =
        is_v4 ? (const struct sockaddr *)(void *)&v4 : (const struct sockaddr *)(void *)&v6;
    if (http_address_is_public(address) != rows[i].is_public)
      fail_msg("%s", rows[i].text);
  }
  struct sockaddr local = {.sa_family = AF_UNIX};
  assert_false(http_address_is_public(&local));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(http_allow_refuses_the_known_ways_around),    cmocka_unit_test(http_allow_takes_public_https),
      cmocka_unit_test(http_allow_takes_what_is_listed_and_no_more), cmocka_unit_test(http_allow_refuses_endless_urls),
      cmocka_unit_test(http_allow_knows_public_addresses),
  };
  return cmocka_run_group_tests_name("http_allow", tests, NULL, NULL);
}
