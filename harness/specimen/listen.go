package specimen

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// listen opens the device's own services and those of its faults.
func (d *Device) listen() error {
	d.doors = map[uint16]net.Listener{}
	for _, s := range d.services() {
		if !s.on {
			continue
		}
		if err := d.enter(s); err != nil {
			return err
		}
	}
	if err := d.datagrams(); err != nil {
		return err
	}
	if err := d.admin(); err != nil {
		return err
	}
	if d.MDNS {
		return d.announce()
	}
	return nil
}

// services are those over TCP.
func (d *Device) services() []service {
	return []service{
		{HTTPS, true, d.https}, {HTTP, true, d.http}, {SSH, true, d.ssh}, {MQTTS, true, d.mqtts},
		{Telnet, d.any("undeclared-password-service", "undeclared-telnet"), d.telnet},
		{API, d.is("undeclared-auth-api"), func(l net.Listener) { d.web(tls.NewListener(l, d.tlsConfig()), d.pinAPI()) }},
		{Console, d.debugs(), d.console},
		{RTSP, d.streams(), d.rtsp},
		{MQTT, d.any("cleartext-channel", "undeclared-broker-password"), d.mqtt},
		{Stranger, d.is("undeclared-listener"), d.greeting},
		{Switched, d.is("disabled-interface-answers"), d.greeting},
	}
}

// tlsConfig is TLS 1.2 and 1.3 with modern suites, or what faults make of it.
func (d *Device) tlsConfig() *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		d.mu.Lock()
		defer d.mu.Unlock()
		cert := d.keys.tls
		return &cert, nil
	}}
	c.CipherSuites = []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
		tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}
	c.CurvePreferences = []tls.CurveID{tls.X25519MLKEM768, tls.X25519, tls.CurveP256}
	switch {
	case d.any("tls10-accepted", "legacy-tls-accepted"):
		c.MinVersion = tls.VersionTLS10
		c.CipherSuites = append(c.CipherSuites, tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA)
	case d.is("tls-weak-suite"):
		c.CipherSuites = append(c.CipherSuites, tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA)
	case d.is("mlkem-only-group"):
		c.MinVersion, c.CurvePreferences = tls.VersionTLS13, []tls.CurveID{tls.X25519MLKEM768}
	case d.is("tls13-better-than-declared"):
		c.MinVersion = tls.VersionTLS13
	}
	return c
}

func (d *Device) https(l net.Listener) {
	if d.breaks() {
		d.fragile(l)
		return
	}
	d.web(tls.NewListener(l, d.tlsConfig()), d.routes())
}

func (d *Device) mqtts(l net.Listener) {
	if d.is("hang-on-mqtt-length") {
		d.trusting(l)
		return
	}
	d.mqtt(tls.NewListener(l, d.tlsConfig()))
}

// http only sends browsers to HTTPS; as a fault it serves the log-in in clear.
func (d *Device) http(l net.Listener) {
	h := d.routes()
	if !d.any("plaintext-login", "login-cleartext") {
		h = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, fmt.Sprintf("https://%s%s", netip.AddrPortFrom(d.Options.Addr, HTTPS), r.URL.Path), http.StatusPermanentRedirect)
		})
	}
	d.web(l, d.digest(d.upnp(d.discovery(h))))
}

func (d *Device) web(l net.Listener, h http.Handler) {
	s := &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return d.ctx }}
	d.wg.Go(func() { s.Serve(l) })
	d.close = append(d.close, func() { s.Close() })
}

// pinAPI is a second way in, which nobody declared.
func (d *Device) pinAPI() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pin, ok := r.BasicAuth(); !ok || pin != d.label {
			w.Header().Set("WWW-Authenticate", `Basic realm="pairing"`)
			reply(w, 401, "error", "enter the pairing PIN")
			return
		}
		reply(w, 200, "paired", true)
	})
}

// greeting is a service that nobody knows.
func (d *Device) greeting(l net.Listener) { d.accept(l, d.greet) }

// over tells the error of a listener that was closed.
func over(err error) bool { return errors.Is(err, net.ErrClosed) }

// telnet asks for a password that opens nothing.
func (d *Device) telnet(l net.Listener) {
	d.accept(l, func(c net.Conn) {
		c.Write([]byte{255, 251, 1, 255, 251, 3}) // WILL ECHO, WILL SUPPRESS-GO-AHEAD
		in := bufio.NewReader(c)
		for range 3 {
			for _, prompt := range []string{"login: ", "Password: "} {
				io.WriteString(c, prompt)
				if _, err := in.ReadString('\n'); err != nil {
					return
				}
			}
			io.WriteString(c, "Login incorrect\r\n")
		}
	})
}

// hostname is the device's name in .local.
func (d *Device) hostname() string {
	again := ""
	if d.clashed.Load() {
		again = "-2"
	}
	return "specimen-" + strings.ToLower(strings.ReplaceAll(d.Options.Addr.String(), ".", "-")) + again + ".local."
}
