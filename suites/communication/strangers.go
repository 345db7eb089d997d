package communication

import (
	"context"
	"fmt"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/probe/ftp"
	"github.com/secure-by-design/assay/harness/probe/grpc"
	"github.com/secure-by-design/assay/harness/probe/onvif"
	"github.com/secure-by-design/assay/harness/probe/open"
	"github.com/secure-by-design/assay/harness/probe/rtsp"
	"github.com/secure-by-design/assay/harness/probe/service"
	"github.com/secure-by-design/assay/harness/probe/shell"
	"github.com/secure-by-design/assay/harness/probe/telnet"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/seen"
)

// strangers are what protocols other than the web let anybody do: each convicts where it happened twice.
func strangers(ctx context.Context, dut *DUT) {
	Each("kind of server that may serve anybody", []func(context.Context, *DUT){openStreams, openFiles, openServers, openShells, openCalls, openControls, openCameras}, func(look func(context.Context, *DUT)) { look(ctx, dut) })
}

// spoken are the services that speak a protocol.
func spoken(ctx context.Context, dut *DUT, protocols ...string) (out []service.Service) {
	for _, s := range seen.Services(ctx, dut) {
		for _, p := range protocols {
			if s.Protocol == p {
				out = append(out, s)
			}
		}
	}
	return out
}

// twice convicts a service that twice let anybody do something, says so where it was once, and does nothing where it was not.
func twice(s service.Service, look func(n int) (what string)) {
	first, second := look(0), ""
	if first != "" {
		second = look(1)
	}
	Expect(first != "" && second != "").To(BeFalse(), "%s %s", seen.Name(s), first)
	if first != "" {
		Inconclude("%s %s, once, and not again", seen.Name(s), first)
	}
}

// openStreams convicts a server of RTSP that describes a stream to anybody.
func openStreams(ctx context.Context, dut *DUT) {
	servers := spoken(ctx, dut, "rtsp")
	if len(servers) == 0 {
		return
	}
	Each("server of RTSP", servers, func(s service.Service) {
		twice(s, func(n int) string {
			o := Ask(ctx, seen.Of(dut, s), rtsp.Offers{Port: s.Addr.Port(), TLS: s.TLS, Look: n})
			if len(o.Streams) == 0 {
				return ""
			}
			return fmt.Sprintf("describes its streams to anybody: %s", streams(o.Streams))
		})
	})
	Note(ctx, "RTSP was asked for descriptions alone: a stream was neither set up nor played")
}

// openFiles convicts a file server that lets anybody in, as RFC 1635 has it.
func openFiles(ctx context.Context, dut *DUT) {
	servers := spoken(ctx, dut, "ftp")
	if len(servers) == 0 {
		return
	}
	Each("file server", servers, func(s service.Service) {
		twice(s, func(n int) string {
			o := Ask(ctx, seen.Of(dut, s), ftp.Offers{Port: s.Addr.Port(), TLS: s.TLS, Look: n})
			if o.Anonymous != ftp.Accepted && o.Anonymous != ftp.Open {
				return ""
			}
			return "lets anybody in, as the user anonymous"
		})
	})
}

// openServers convicts what serves anybody where a log-in could be asked for. Modbus knows none: what it tells is left to a person.
func openServers(ctx context.Context, dut *DUT) {
	servers := spoken(ctx, dut, open.Protocols()...)
	if len(servers) == 0 {
		return
	}
	Each("server that can do without a log-in", servers, func(s service.Service) {
		if s.Protocol == "modbus" {
			if u := Ask(ctx, seen.Of(dut, s), uses(s, 0)); u.Open {
				Doubt(ctx, "%s %s: judge whether that needs a log-in", seen.Name(s), u.What)
			}
			return
		}
		twice(s, func(n int) string { return Ask(ctx, seen.Of(dut, s), uses(s, n)).What })
	})
}

// openShells convicts a port that twice runs a command for anybody, who did not log in.
func openShells(ctx context.Context, dut *DUT) {
	var prompting []service.Service
	for _, s := range spoken(ctx, dut, "shell", "telnet") {
		if s.Protocol == "shell" || Ask(ctx, seen.Of(dut, s), telnet.Greeting{Port: s.Addr.Port(), TLS: s.TLS}).Asks == telnet.Shell {
			prompting = append(prompting, s)
		}
	}
	if len(prompting) == 0 {
		return
	}
	Each("port that prompts like a shell", prompting, func(s service.Service) {
		if !dut.Allowed(provisions.Intrusive) || s.TLS {
			Doubt(ctx, "%s prompts like a shell (%.60q), and no command was given to it, which takes --allow intrusive and a port without TLS", seen.Name(s), s.Banner)
			return
		}
		twice(s, func(n int) string {
			if !Ask(ctx, seen.Of(dut, s), shell.Runs{Port: s.Addr.Port(), Telnet: s.Protocol == "telnet", Look: n}).Ran {
				return ""
			}
			return "runs commands of anybody"
		})
	})
}

// openCameras convicts a server of ONVIF that twice serves anybody what the standard keeps for users; what device it is may be told by
// its maker's choice, and is left to a person.
func openCameras(ctx context.Context, dut *DUT) {
	servers := spoken(ctx, dut, "http")
	if len(servers) == 0 {
		return
	}
	Each("server of the web that may speak ONVIF", servers, func(s service.Service) {
		const about = "GetDeviceInformation"
		twice(s, func(n int) string {
			o := Ask(ctx, seen.Of(dut, s), onvif.Functions{Port: s.Addr.Port(), TLS: s.TLS, Look: n})
			kept := slices.DeleteFunc(slices.Clone(o.Open), func(f string) bool { return f == about })
			switch {
			case len(kept) > 0:
				return "serves functions of ONVIF to anybody: " + strings.Join(kept, ", ")
			case len(o.Open) > 0:
				Doubt(ctx, "%s tells anybody by ONVIF which device it is (%s): judge whether that needs a log-in", seen.Name(s), about)
			}
			return ""
		})
	})
}

// openCalls raises a doubt for what gRPC lists to anybody: a list calls nothing.
func openCalls(ctx context.Context, dut *DUT) {
	for _, s := range spoken(ctx, dut, "http2") {
		if l := Ask(ctx, seen.Of(dut, s), grpc.Lists{Port: s.Addr.Port(), TLS: s.TLS}); len(l.Services) > 0 {
			Doubt(ctx, "%s, which speaks gRPC, lists its services to anybody: judge whether their methods need a log-in: %s", seen.Name(s), strings.Join(l.Services, ", "))
		} else if l.GRPC {
			Note(ctx, "%s speaks gRPC and lists no service to anybody (status %s)", seen.Name(s), l.Status)
		}
	}
}

func uses(s service.Service, look int) open.Uses {
	return open.Uses{Protocol: s.Protocol, Port: s.Addr.Port(), TLS: s.TLS, Look: look}
}

func streams(all []rtsp.Stream) string {
	var out []string
	for _, s := range all {
		out = append(out, s.String())
	}
	return strings.Join(out, ", ")
}
