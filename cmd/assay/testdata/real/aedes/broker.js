// A broker for anybody that keeps a message with the name of a network, and one whose users have passwords.
const path = require('path')
const Aedes = require(path.join(process.argv[2], 'aedes'))
const net = require('net')
const open = new Aedes()
open.publish({topic: 'home/net/ssid', payload: 'HomeNet-17', retain: true, qos: 0, cmd: 'publish'}, () => net.createServer(open.handle).listen(1883))
const guarded = new Aedes({authenticate: (client, user, password, done) => {
  if (user === 'owner' && String(password) === 'kf93-Lqpz-77tY') return done(null, true)
  const no = new Error('no')
  no.returnCode = 5
  done(no, null)
}})
net.createServer(guarded.handle).listen(1884)
