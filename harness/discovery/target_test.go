package discovery

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func addrs(s ...string) (a []netip.Addr) {
	for _, x := range s {
		a = append(a, netip.MustParseAddr(x))
	}
	return a
}

// shelf is what a discovery might have found.
func shelf(context.Context) ([]Device, error) {
	return []Device{
		{Name: "Cam One", Host: "cam1.local", Addresses: addrs("192.0.2.7", "fe80::7%eth0"), UUID: "aa-bb", MAC: "02:00:5e:10:00:07"},
		{Name: "Cam Two", Host: "cam2.local", Addresses: addrs("192.0.2.8")},
		{Name: "Cam", Host: "cam3.local", Addresses: addrs("192.0.2.9")},
		{Name: "Demo", Host: "demo.local", Addresses: addrs("127.0.0.1"), Services: []Service{
			{Type: "_https._tcp", Port: 8443, Addrs: addrs("127.0.0.1")}, {Type: "_ssh._tcp", Port: 2222, Addrs: addrs("127.0.0.1")}, {Type: "_x._tcp", Port: 9}}},
		{Name: "Liar \x1b[2J", Host: "liar.local", Claims: []string{"192.0.2.7"}},
	}, nil
}

func TestResolve(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"192.0.2.7":                 "192.0.2.7 [192.0.2.7] []",
		"::ffff:192.0.2.7":          "::ffff:192.0.2.7 [192.0.2.7] []",
		"fe80::1%eth0":              "fe80::1%eth0 [fe80::1%eth0] []",
		"fd00::1:22":                "fd00::1:22 [fd00::1:22] []",
		"[fd00::1]:22":              "[fd00::1]:22 [fd00::1] [22]",
		"192.0.2.7:80,443,79-81":    "192.0.2.7:80,443,79-81 [192.0.2.7] [79 80 81 443]",
		"127.0.0.1:8443,2222":       "127.0.0.1:8443,2222 [127.0.0.1] [2222 8443]",
		"[::1]:8443":                "[::1]:8443 [::1] [8443]",
		"127.0.0.1":                 "127.0.0.1 [127.0.0.1] [2222 8443]",
		"demo":                      "Demo [127.0.0.1] [2222 8443]",
		"Demo:8443":                 "Demo [127.0.0.1] [8443]",
		"CAM1.local":                "Cam One [192.0.2.7 fe80::7%eth0] []",
		"cam2.local.":               "Cam Two [192.0.2.8] []",
		"cam2":                      "Cam Two [192.0.2.8] []",
		"cam one:443":               "Cam One [192.0.2.7 fe80::7%eth0] [443]",
		"one":                       "Cam One [192.0.2.7 fe80::7%eth0] []",
		"cam":                       "Cam [192.0.2.9] []", // a whole name before a part of one
		"AA-BB":                     "Cam One [192.0.2.7 fe80::7%eth0] []",
		"02:00:5E:10:00:07":         "Cam One [192.0.2.7 fe80::7%eth0] []",
		" 192.0.2.7 ":               " 192.0.2.7  [192.0.2.7] []",
		"":                          "error: empty",
		"cam o-t":                   "error: was not found",
		"127.0.0.9":                 "error: 127.0.0.9:8443,2222",
		"[::1]":                     "error: [::1]:8443,2222",
		"fe80::1":                   "error: fe80::1%eth0",
		"0.0.0.0":                   "error: not the address of one device",
		"239.255.255.250":           "error: not the address of one device",
		"255.255.255.255":           "error: not the address of one device",
		"192.0.2.7:0":               "error: no port",
		"192.0.2.7:70000":           "error: no port",
		"192.0.2.7:9-3":             "error: no port",
		"liar.local":                "error: proven its own",
		"nosuch":                    "error: was not found",
		"cam\x1b[31m":               `error: "cam\x1b[31m" was not found`,
		"am t":                      "Cam Two [192.0.2.8] []",
		"Cam T":                     "Cam Two [192.0.2.8] []",
		"cam ":                      "Cam [192.0.2.9] []",
		"m o":                       "Cam One [192.0.2.7 fe80::7%eth0] []",
		"am":                        "error: fits 3 devices",
		"nosuch.example.com:1,2,3-": "error: was not found",
	} {
		got, err := Resolve(t.Context(), word, shelf)
		if want, ok := strings.CutPrefix(want, "error: "); ok {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%q: error is %v, want %q", word, err, want)
			}
			continue
		}
		if s := fmt.Sprint(got.Name, " ", got.Addresses, " ", got.Ports); err != nil || s != want {
			t.Errorf("%q is %s (%v), want %s", word, s, err, want)
		}
	}
}

func TestResolveErrorsListCandidates(t *testing.T) {
	t.Parallel()
	_, err := Resolve(t.Context(), "cam t", func(ctx context.Context) ([]Device, error) {
		d, _ := shelf(ctx)
		return append(d, d[1]), nil
	})
	var e *ResolveError
	if !errors.As(err, &e) || !e.Ambiguous || len(e.Candidates) != 2 || !strings.Contains(err.Error(), "192.0.2.8  Cam Two (cam2.local)") {
		t.Errorf("error is %v", err)
	}
	_, err = Resolve(t.Context(), "nosuch", shelf)
	if !errors.As(err, &e) || e.Ambiguous || len(e.Candidates) != 5 || strings.Contains(err.Error(), "\x1b") || !strings.Contains(err.Error(), `Liar \x1b[2J`) {
		t.Errorf("error is %q", err)
	}
}

func TestResolveReadsHostsFileFirst(t *testing.T) {
	t.Parallel()
	got, err := Resolve(t.Context(), "localhost:8443", func(context.Context) ([]Device, error) { return nil, errors.New("was asked") })
	if len(hostsFile("localhost")) == 0 {
		t.Skip("no localhost in " + hostsPath)
	}
	if err != nil || len(got.Addresses) == 0 || !got.Addresses[0].IsLoopback() {
		t.Errorf("localhost is %+v, %v", got, err)
	}
}

func TestResolveByDiscoveryEndsEarly(t *testing.T) {
	t.Parallel()
	respond(t, lo(t), "127.83.8.1", true, camera("Early\\ Bird", "early", 8443, "127.83.8.1")...)
	began := time.Now()
	got, err := Resolve(t.Context(), "early bird", LookFor("early bird", Options{Interfaces: []string{"lo"}, For: 20 * time.Second}))
	if err != nil || fmt.Sprint(got.Addresses, got.Ports) != "[127.83.8.1] [8443]" || time.Since(began) > 5*time.Second {
		t.Errorf("after %v: %+v, %v", time.Since(began), got, err)
	}
}

func TestUnicastReachesWhereMulticastDoesNot(t *testing.T) {
	t.Parallel()
	r := respond(t, lo(t), "127.83.8.2", true, camera("Deaf", "deaf", 8443, "127.83.8.2")...)
	r.group.Close() // hears no question to the group
	find(t, "lo", "127.83.8.2", Options{Unicast: addrs("127.83.8.2")}, complete)
}
