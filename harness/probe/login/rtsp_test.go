package login

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness/clock"
)

// camera is a server of RTSP that keeps every path for admin/admin, by the given challenge, and puts off who is banned.
func camera(t *testing.T, challenge string) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go film(c, challenge)
		}
	}()
	return netip.MustParseAddrPort(l.Addr().String())
}

func film(c net.Conn, challenge string) {
	defer c.Close()
	in := bufio.NewReader(c)
	for {
		var head []string
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			if line = strings.TrimSpace(line); line == "" {
				break
			}
			head = append(head, line)
		}
		url, auth := strings.Fields(head[0])[1], ""
		for _, h := range head {
			if v, is := strings.CutPrefix(h, "Authorization: "); is {
				auth = v
			}
		}
		answer := "401 Unauthorized\r\nWWW-Authenticate: " + challenge
		right, _ := challenges(challenge)[0].to("DESCRIBE", url, "admin", "admin")
		switch {
		case strings.HasPrefix(head[0], "OPTIONS"):
			answer = "200 OK\r\nPublic: OPTIONS, DESCRIBE"
		case strings.Contains(auth, `username="banned"`):
			answer = "503 Later"
		case auth != "" && (auth == right || auth == "Basic "+base64.StdEncoding.EncodeToString([]byte("admin:admin"))):
			answer = "404 No Such Stream"
		}
		fmt.Fprintf(c, "RTSP/1.0 %s\r\nContent-Length: 0\r\n\r\n", answer)
	}
}

func TestRTSP(t *testing.T) {
	t.Parallel()
	for challenge, digest := range map[string]bool{`Basic realm="cam"`: false, `Digest realm="cam", nonce="17"`: true, `Digest realm="cam", nonce="17", qop="auth"`: true} {
		at := camera(t, challenge)
		on := behind(t, clock.Real(), at.Addr(), at.Port())
		f, err := All{At: []Place{{Port: at.Port(), Protocol: "rtsp"}}}.Ask(t.Context(), on)
		if err != nil || len(f.Logins) != 1 || f.Logins[0].Digest != digest || f.Logins[0].Realm != "cam" {
			t.Fatalf("%s: %v %+v", challenge, err, f)
		}
		l := f.Logins[0]
		if a, err := (Anonymous{l}).Ask(t.Context(), on); err != nil || a.Outcome != Refused {
			t.Errorf("%s: nobody: %v %+v", challenge, err, a)
		}
		for user, want := range map[string]Outcome{"admin": Accepted, "guest": Refused, "banned": Limited} {
			if user == "banned" && !digest {
				continue
			}
			got, err := Try{At: l, User: user, Password: "admin"}.Ask(t.Context(), on)
			if err != nil || got.Outcome != want {
				t.Errorf("%s: %s: %v %+v, want %s", challenge, user, err, got, want)
			}
		}
		h, err := WellKnown{At: l, Most: 5, Users: []string{"admin"}}.Ask(t.Context(), on)
		if err != nil || len(h.Accepted) != 1 || h.Accepted[0].Password != "admin" || h.Anything || h.Refused == 0 {
			t.Errorf("%s: %v %+v", challenge, err, h)
		}
	}
}
