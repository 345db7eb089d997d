package ssh

import (
	"context"
	"crypto/dsa"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// errEnough ends a session of the library when all is known.
var errEnough = errors.New("enough is known")

// hostKeys are all host key algorithms of the library, those of RSA keys last: dropbear announces RSA without having such a
// key, and its session dies when it is chosen.
func hostKeys() []string {
	all := slices.Concat(ssh.SupportedAlgorithms().HostKeys, ssh.InsecureAlgorithms().HostKeys)
	isRSA := func(a string) bool { return strings.Contains(a, "rsa") }
	slices.SortStableFunc(all, func(a, b string) int {
		switch {
		case isRSA(a) == isRSA(b):
			return 0
		case isRSA(a):
			return 1
		}
		return -1
	})
	return all
}

// config takes every algorithm that the library has, the weak ones last.
func config(user string) *ssh.ClientConfig {
	safe, weak := ssh.SupportedAlgorithms(), ssh.InsecureAlgorithms()
	return &ssh.ClientConfig{
		User: user, ClientVersion: clientIdent,
		HostKeyCallback:   func(string, net.Addr, ssh.PublicKey) error { return nil },
		HostKeyAlgorithms: hostKeys(),
		Config: ssh.Config{
			KeyExchanges: slices.Concat(safe.KeyExchanges, weak.KeyExchanges),
			Ciphers:      slices.Concat(safe.Ciphers, weak.Ciphers),
			MACs:         slices.Concat(safe.MACs, weak.MACs),
		},
	}
}

// session runs the library's client. fault is what ended it, nil when the user was let in; err is the harness's own.
// The caller closes client where it is not nil.
func (l line) session(ctx context.Context, c *ssh.ClientConfig) (client *ssh.Client, fault, err error) {
	conn, err := l.connect(ctx)
	if err != nil {
		return nil, err, only(err)
	}
	sc, channels, requests, fault := ssh.NewClientConn(conn, "", c)
	if fault != nil {
		conn.Close()
		return nil, fault, stopped(ctx)
	}
	return ssh.NewClient(sc, channels, requests), nil, nil
}

// only passes on what is the harness's trouble.
func only(err error) error {
	if errors.Is(err, errClosedPort) {
		return nil
	}
	return err
}

// keyKinds sorts host key algorithms by the key they need: those of one RSA key go together.
func keyKinds(algorithms []string) (kinds [][]string) {
	known := hostKeys()
	var rsas []string
	for _, a := range algorithms {
		switch {
		case !slices.Contains(known, a) || strings.Contains(a, "-cert-"):
		case strings.Contains(a, "rsa"):
			rsas = append(rsas, a)
		case !slices.ContainsFunc(kinds, func(k []string) bool { return k[0] == a }):
			kinds = append(kinds, []string{a})
		}
	}
	if rsas != nil {
		kinds = append(kinds, rsas)
	}
	return kinds
}

// hostKey has one kind of key proven; the exchange ends there.
func (o *Offered) hostKey(ctx context.Context, l line, kind []string) error {
	c := config(Nobody)
	c.HostKeyAlgorithms = kind
	var key ssh.PublicKey
	c.HostKeyCallback = func(_ string, _ net.Addr, k ssh.PublicKey) error { // the library calls it when the signature is verified
		key = k
		return errEnough
	}
	client, fault, err := l.session(ctx, c)
	if err != nil {
		return err
	}
	if client != nil {
		client.Close()
	}
	if key == nil && len(o.HostKeys) > 0 && reason(fault) == reason(io.EOF) {
		o.Undecided = append(o.Undecided, fmt.Sprintf("the host key for %s: it announces the algorithm, proved another key, and closed the connection when asked for this one, as a server does that has no such key", kind[0]))
		return nil
	}
	if key == nil {
		o.Undecided = append(o.Undecided, fmt.Sprintf("the host key for %s: %s", kind[0], reason(fault)))
		return nil
	}
	o.HostKeys = append(o.HostKeys, HostKey{Type: key.Type(), Bits: keyBits(key), SHA256: ssh.FingerprintSHA256(key), Proven: true})
	return nil
}

func keyBits(k ssh.PublicKey) int {
	holder, ok := k.(ssh.CryptoPublicKey)
	if !ok {
		return 0
	}
	switch k := holder.CryptoPublicKey().(type) {
	case *rsa.PublicKey:
		return k.N.BitLen()
	case *ecdsa.PublicKey:
		return k.Curve.Params().BitSize
	case ed25519.PublicKey:
		return 256
	case *dsa.PublicKey:
		return k.P.BitLen()
	}
	return 0
}

// auth asks how a user may log in, by a log-in with nothing.
func (o *Offered) auth(ctx context.Context, l line, user string) error {
	a := Auth{User: user}
	answered := false
	c := config(user)
	c.BannerCallback = func(text string) error { a.Banner = cut(text); return nil }
	c.AuthCallback = func(x *ssh.ClientAuthContext) (ssh.AuthMethod, error) {
		a.Methods, answered = x.AllowedMethods, true
		return nil, errEnough
	}
	client, fault, err := l.session(ctx, c)
	if err != nil {
		return err
	}
	if client != nil {
		client.Close()
		a.Open, answered = true, true
	}
	if !answered {
		o.Undecided = append(o.Undecided, fmt.Sprintf("how %s may log in: %s", user, reason(fault)))
		return nil
	}
	o.Auth = append(o.Auth, a)
	return nil
}

// Handshake completes one key exchange with exactly these algorithms: the proof that something weak really works.
type Handshake struct {
	Port     uint16
	Kex      string        // "" is any
	Cipher   string        // both ways; "" is any
	MAC      string        // both ways; "" is any
	Patience time.Duration // 0 is 10 s
}

// Lasting: what is offered to anybody outlives wrong passwords and ordinary use.
func (Handshake) Lasting() {}

// Level is gentle.
func (Handshake) Level() provisions.Level { return provisions.Gentle }

// Handshaken is how it ended. Completed means that the server answered under the new keys.
type Handshaken struct {
	Completed bool
	Kex       string
	HostKey   string // the algorithm that the server signed with
	Cipher    string // from the client to the server
	MAC       string // "" with a cipher that needs none
	Why       string // why it was not completed
	Unknown   bool   // this harness cannot: what is asked is no algorithm of its library
}

// Ask completes the exchange and leaves after a log-in with nothing for nobody.
func (q Handshake) Ask(ctx context.Context, on *dial.Device) (Handshaken, error) {
	c := config(Nobody)
	for _, want := range []struct {
		name string
		list *[]string
	}{{q.Kex, &c.KeyExchanges}, {q.Cipher, &c.Ciphers}, {q.MAC, &c.MACs}} {
		if want.name == "" {
			continue
		}
		if !slices.Contains(*want.list, want.name) {
			return Handshaken{Unknown: true, Why: "this harness has no " + want.name}, nil
		}
		*want.list = []string{want.name}
	}
	var done Handshaken
	c.AuthCallback = func(x *ssh.ClientAuthContext) (ssh.AuthMethod, error) {
		done = handshaken(x.Algorithms)
		return nil, errEnough
	}
	l := line{on: on, port: q.Port, patience: q.Patience}
	client, fault, err := l.session(ctx, c)
	if err != nil {
		return Handshaken{}, err
	}
	if client != nil {
		defer client.Close()
		if conn, ok := client.Conn.(ssh.AlgorithmsConnMetadata); ok {
			return handshaken(conn.Algorithms()), nil
		}
		return Handshaken{Completed: true, Kex: q.Kex, Cipher: q.Cipher, MAC: q.MAC}, nil
	}
	if !done.Completed {
		done.Why = reason(fault)
	}
	return done, nil
}

func handshaken(a ssh.NegotiatedAlgorithms) Handshaken {
	return Handshaken{Completed: true, Kex: a.KeyExchange, HostKey: a.HostKey, Cipher: a.Write.Cipher, MAC: a.Write.MAC}
}
