package login

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/probe/rtsp"
)

// streams finds the log-in of a server of RTSP: a path whose description it keeps for who logs in.
func streams(ctx context.Context, on *dial.Device, p Place) ([]Login, error) {
	o, err := rtsp.Offers{Port: p.Port, TLS: p.TLS}.Ask(ctx, on)
	if err != nil || o.Guarded == "" {
		return nil, err
	}
	all := challenges(o.Auth)
	i := slices.IndexFunc(all, func(c challenge) bool { return c.scheme == "basic" || c.scheme == "digest" })
	if i < 0 {
		return nil, nil
	}
	l := p.login("rtsp")
	l.Path, l.Realm = o.Guarded, clip(all[i].params["realm"])
	l.Digest = !slices.ContainsFunc(all, func(c challenge) bool { return c.scheme == "basic" })
	return []Login{l}, nil
}

// streamer tries a password at RTSP (RFC 2326, 3.2 and 14), by digest where it is offered. A path that does not exist is told to
// whoever the server let in: cameras ask for a log-in at every path.
func streamer(ctx context.Context, on *dial.Device, l Login, user, password string) (Tried, error) {
	first, second, err := rtsp.Describe(ctx, on, rtsp.At{Port: l.Port, TLS: l.TLS}, l.Path, func(header, url string) (string, bool) {
		all := challenges(header)
		for _, c := range all {
			if auth, ok := c.to("DESCRIBE", url, user, password); ok {
				return auth, true
			}
		}
		if slices.ContainsFunc(all, func(c challenge) bool { return c.scheme == "basic" }) {
			return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password)), true
		}
		return "", false
	})
	if err != nil {
		return Tried{}, err
	}
	t := Tried{Status: second.Status}
	switch {
	case first.Status == 200:
		return Tried{Outcome: Open, Status: 200, Why: "it describes its stream to anybody"}, nil
	case first.Status != 401:
		t.Outcome, t.Status, t.Cut = Unclear, first.Status, first.Status == 0
		t.Why = fmt.Sprintf("it answered %d before a password was named", first.Status)
		if put(first.Status) {
			t.Outcome = Limited
		}
		return t, nil
	case second.Status == 200 || second.Status == 404:
		t.Outcome = Accepted
	case second.Status == 401:
		t.Outcome = Refused
	case put(second.Status):
		t.Outcome, t.Why = Limited, fmt.Sprintf("it answered %d to the password", second.Status)
	default:
		t.Outcome, t.Cut, t.Why = Unclear, second.Status == 0, fmt.Sprintf("it answered %d to the password", second.Status)
	}
	return t, nil
}

// put tells a status by which a server puts its caller off: locked, throttled, out of bandwidth or busy.
func put(status int) bool { return slices.Contains([]int{403, 423, 429, 453, 503}, status) }

// openStreamer tells a server that describes the path to anybody by now.
func openStreamer(ctx context.Context, on *dial.Device, l Login) (Tried, error) {
	first, _, err := rtsp.Describe(ctx, on, rtsp.At{Port: l.Port, TLS: l.TLS}, l.Path, func(string, string) (string, bool) { return "", false })
	if err == nil && first.Status == 200 {
		return Tried{Outcome: Open, Status: 200, Why: "it describes its stream to anybody"}, nil
	}
	return Tried{Outcome: Refused, Status: first.Status}, err
}
