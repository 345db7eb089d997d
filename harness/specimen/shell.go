package specimen

import (
	"fmt"
	"net"
	"time"

	"golang.org/x/crypto/ssh"
)

// ssh takes the owner's password, under the same throttle as the page, and offers no shell.
func (d *Device) ssh(l net.Listener) {
	d.accept(l, func(c net.Conn) {
		d.mu.Lock()
		host := d.keys.ssh
		d.mu.Unlock()
		conf := &ssh.ServerConfig{ServerVersion: "SSH-2.0-AX", MaxAuthTries: 3}
		if d.is("forced-ssh-ident") {
			conf.ServerVersion = "SSH-2.0-OpenSSH_9.6p1"
		}
		if d.is("self-update-mid-run") {
			d.mu.Lock()
			conf.ServerVersion = map[bool]string{true: "SSH-2.0-OpenSSH_9.6p1", false: "SSH-2.0-OpenSSH_9.6p2"}[d.version == installed]
			d.mu.Unlock()
		}
		if d.is("patched-banner") {
			conf.ServerVersion = "SSH-2.0-OpenSSH_9.6p2"
		}
		conf.AddHostKey(host)
		conf.PasswordCallback = func(m ssh.ConnMetadata, pw []byte) (*ssh.Permissions, error) {
			got, _, wait := d.login(m.User(), string(pw), via{conn: m.RemoteAddr()})
			switch got {
			case admitted:
				return nil, nil
			case locked:
				return nil, &ssh.BannerError{Err: fmt.Errorf("locked"), Message: fmt.Sprintf("Too many wrong passwords: locked for %d s.\n", int(wait/time.Second)+1)}
			}
			return nil, fmt.Errorf("wrong")
		}
		if d.is("ssh-legacy-kex") {
			conf.KeyExchanges = append(ssh.SupportedAlgorithms().KeyExchanges, "diffie-hellman-group1-sha1")
			conf.Ciphers = append(ssh.SupportedAlgorithms().Ciphers, "3des-cbc")
		}
		conn, chans, reqs, err := ssh.NewServerConn(c, conf)
		if err != nil {
			return
		}
		defer conn.Close()
		d.wg.Go(func() { ssh.DiscardRequests(reqs) })
		for ch := range chans {
			ch.Reject(ssh.Prohibited, "no sessions")
		}
	})
}
