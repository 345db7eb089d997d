package mutate

import (
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"testing"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"
)

// A real broker lives through all that it is sent.
func TestABrokerLives(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := mqtt.New(&mqtt.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err := s.AddHook(new(auth.AllowHook), nil); err != nil {
		t.Fatal(err)
	}
	if err := s.AddListener(listeners.NewNet("t", l)); err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	on, port := behind(t, l.Addr().String())
	got, err := Packets{Protocol: "mqtt", Port: port, Seed: 1, Most: 200, PerSecond: 20}.Ask(t.Context(), on)
	if err != nil || got.Sent != 200 || len(got.Losses) > 0 || got.Dropped == 0 || got.Accepted == 0 {
		t.Errorf("%v %+v", err, got)
	}
}

// No mutant logs in: none has a user name or a password.
func TestOddPacketsNameNobody(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 3000 {
		if b := oddMQTT(n, rng); len(b) > 9 && b[0] == 0x10 && string(b[4:8]) == "MQTT" && b[9]&0xc0 != 0 {
			t.Errorf("%d: %x", n, b)
		}
	}
}
