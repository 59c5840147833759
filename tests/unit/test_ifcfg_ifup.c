/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `ifup` would have set: files, and beside them the addresses, routes, rules, members
 * and options that come of them. The cases of the documents have the facts of each example
 * in initscripts' doc/sysconfig.txt and in the section on initscripts of the kernel's
 * Documentation/networking/bonding.rst, moved to bonds and VLAN interfaces where those
 * speak of a plain NIC.
 */
#include <arpa/inet.h>

#include "tests/unit/ifcfg_make.h"
#include "tests/unit/ifcfg_words.h"

#define FILES_MAX 6

/* The bond that most cases are about. */
#define BOND	  "DEVICE=bond0\nBONDING_OPTS='mode=802.3ad miimon=100'\n"
#define STATIC	  BOND "IPADDR=192.168.1.10\nPREFIX=24\n"
#define MADE	  "bond0 bond 802.3ad layer2 miimon 100\nbond0 members eth0\n"
#define ADDRESSED MADE "bond0 address 192.168.1.10/24\n"

struct ifup_case {
	const char *what;
	struct file files[FILES_MAX]; /* beside a member eth0 of bond0 */
	const char *expected;
	const char *says; /* what a problem says; NULL: there is none */
};

static const struct ifup_case documents[] = {
	/* Documentation/networking/bonding.rst */
	{"a bond by static addresses",
	 {{"ifcfg-bond0", "DEVICE=bond0\nIPADDR=192.168.1.1\nNETMASK=255.255.255.0\n"
			  "NETWORK=192.168.1.0\nBROADCAST=192.168.1.255\nONBOOT=yes\n"
			  "BOOTPROTO=none\nUSERCTL=no\n"
			  "BONDING_OPTS=\"mode=balance-xor miimon=100\"\n"}},
	 "bond0 bond balance-xor layer2 miimon 100\nbond0 members eth0\n"
	 "bond0 address 192.168.1.1/24\n",
	 NULL},
	{"its addresses by DHCP",
	 {{"ifcfg-bond0", "DEVICE=bond0\nBOOTPROTO=dhcp\nONBOOT=yes\nTYPE=Bonding\n"
			  "BONDING_OPTS='mode=4 miimon=100'\n"}},
	 MADE "bond0 dhcp\n",
	 NULL},
	{"a target list that is added to",
	 {{"ifcfg-bond0", "BONDING_OPTS='mode=4 miimon=100 arp_ip_target=+192.168.1.1'\n"}},
	 "bond0 bond 802.3ad layer2 miimon 100\nbond0 members eth0\n",
	 "'arp_ip_target' is known to the kernel's bonding driver, but not supported"},
	/* sysconfig.txt, files of interfaces */
	{"a list of options",
	 {{"ifcfg-bond0", "BONDING_OPTS='mode=active-backup arp_interval=60 "
			  "arp_ip_target=192.168.1.1,192.168.1.2'\n"}},
	 "bond0 bond active-backup layer2 miimon 0\nbond0 members eth0\n",
	 "mode 'active-backup' is known"},
	{"a VLAN interface of a NIC by its name",
	 {{"ifcfg-bond0", BOND}, {"ifcfg-eth5.42", "DEVICE=eth5.42\nVLAN=yes\n"}},
	 MADE "eth5.42 vlan 42 on NIC eth5\n",
	 NULL},
	{"IPv6 without a prefix",
	 {{"ifcfg-bond0", BOND "IPV6ADDR=\"3ffe:ffff:0:5::1\"\n"}},
	 MADE "bond0 address 3ffe:ffff:0:5::1/64\n",
	 NULL},
	{"IPv6 with a prefix",
	 {{"ifcfg-bond0", BOND "IPV6ADDR=\"3ffe:ffff:0:1::1/128\"\n"}},
	 MADE "bond0 address 3ffe:ffff:0:1::1/128\n",
	 NULL},
	{"further IPv6 addresses",
	 {{"ifcfg-bond0", BOND "IPV6ADDR_SECONDARIES=\"3ffe:ffff:0:1::10 "
			       "3ffe:ffff:0:2::11/128\"\n"}},
	 MADE "bond0 address 3ffe:ffff:0:1::10/64\nbond0 address 3ffe:ffff:0:2::11/128\n",
	 NULL},
	{"IPv6's own MTU",
	 {{"ifcfg-bond0", BOND "IPV6_MTU=\"1280\"\n"}},
	 MADE,
	 "IPV6_MTU is not applied"},
	{"a wait for addresses that are taken",
	 {{"ifcfg-bond0", STATIC "ARPING_WAIT=1\nARPING_UPDATE_WAIT=1\n"}},
	 ADDRESSED,
	 NULL},
	{"ethtool's options",
	 {{"ifcfg-bond0", BOND "ETHTOOL_OPTS=\"speed 100 duplex full autoneg off\"\n"}},
	 MADE,
	 "ETHTOOL_OPTS is not applied"},
	{"several of ethtool's",
	 {{"ifcfg-bond0", BOND "ETHTOOL_OPTS=\"-K ${DEVICE} tso on; -G ${DEVICE} rx 256\"\n"}},
	 MADE,
	 "ETHTOOL_OPTS is not applied"},
	{"options of a client",
	 {{"ifcfg-bond0", BOND "DHCPV6C=yes\nDHCPV6C_OPTIONS=\"-S\"\n"}},
	 MADE "bond0 dhcpv6\n",
	 "DHCPV6C_OPTIONS is not applied"},
	{"options of a route",
	 {{"ifcfg-bond0", STATIC "GATEWAY=192.168.1.1\nEXTRA_ROUTE_OPTS=\"mtu 1480\"\n"}},
	 ADDRESSED "bond0 route default via 192.168.1.1\n",
	 "EXTRA_ROUTE_OPTS is not applied"},
	{"a global IPv6 gateway",
	 {{"ifcfg-bond0", BOND "IPV6_DEFAULTGW=\"3ffe:ffff:1234:5678::1\"\n"}},
	 MADE "bond0 route6 default via 3ffe:ffff:1234:5678::1 metric 1\n",
	 NULL},
	{"with its interface",
	 {{"ifcfg-bond0", BOND "IPV6_DEFAULTGW=\"3ffe:ffff:1234:5678::1%bond0\"\n"}},
	 MADE "bond0 route6 default via 3ffe:ffff:1234:5678::1 metric 1\n",
	 NULL},
	{"link-local",
	 {{"ifcfg-bond0", BOND "IPV6_DEFAULTGW=\"fe80::1%bond0\"\n"}},
	 MADE "bond0 route6 default via fe80::1 metric 1\n",
	 NULL},
	{"the interface alone, which is no example to follow",
	 {{"ifcfg-bond0", BOND "IPV6_DEFAULTDEV=\"bond0\"\n"}},
	 MADE,
	 "makes no default route"},
	{"an interface of another kind",
	 {{"ifcfg-bond0", BOND "IPV6_DEFAULTDEV=\"ppp0\"\n"}},
	 MADE,
	 NULL},
	/* sysconfig.txt, route and rule files */
	{"a route by keys",
	 {{"ifcfg-bond0", STATIC},
	  {"route-bond0",
	   "ADDRESS0=192.168.2.0\nNETMASK0=255.255.255.0\nGATEWAY0=192.168.1.1\n"}},
	 ADDRESSED "bond0 route 192.168.2.0/24 via 192.168.1.1 dev bond0\n",
	 NULL},
	{"a route over another interface",
	 {{"ifcfg-bond0", STATIC}, {"route-bond0", "192.168.2.0/24 dev ppp0\n"}},
	 ADDRESSED "bond0 route 192.168.2.0/24 dev ppp0\n",
	 NULL},
	{"IPv6 by a gateway",
	 {{"ifcfg-bond0", BOND}, {"route6-bond0", "fec0:0:0:2::/64 via fec0:0:0:1:0:0:0:20\n"}},
	 MADE "bond0 route6 fec0:0:0:2::/64 via fec0:0:0:1::20\n",
	 NULL},
	{"IPv6 on the link",
	 {{"ifcfg-bond0", BOND}, {"route6-bond0", "3ffe:fffe:1:2::/64 dev bond0\n"}},
	 MADE "bond0 route6 3ffe:fffe:1:2::/64\n",
	 NULL},
	{"6to4's route, which has no way on another interface",
	 {{"ifcfg-bond0", BOND}, {"route6-bond0", "3ffe:ffff:1::/48\n"}},
	 MADE,
	 "nothing says which way it goes"},
	{"6to4's route with a relay",
	 {{"ifcfg-bond0", BOND}, {"route6-bond0", "3ffe:ffff:1::/48 via ::192.168.1.2\n"}},
	 MADE "bond0 route6 3ffe:ffff:1::/48 via ::192.168.1.2\n",
	 NULL},
};

static const struct ifup_case interfaces[] = {
	{"no option at all",
	 {{"ifcfg-bond0", "IPADDR=10.0.0.1\nPREFIX=8\n"}},
	 "bond0 bond balance-rr layer2 miimon 0\nbond0 members eth0\n"
	 "bond0 address 10.0.0.1/8\n",
	 "no mode is given"},
	{"options in any order",
	 {{"ifcfg-bond0", "BONDING_OPTS='lacp_rate=1 downdelay=200 xmit_hash_policy=layer3+4 "
			  "mode=4 updelay=300 miimon=100 min_links=1'\nMTU=9000\n"
			  "MACADDR=52:54:00:00:00:09\nONBOOT=no\n"}},
	 "bond0 bond 802.3ad layer3+4 miimon 100 delays 300 200 fast min_links 1 mtu 9000 "
	 "mac 52:54:00:00:00:09 down\nbond0 members eth0\n",
	 NULL},
	{"members by name and by address",
	 {{"ifcfg-bond0", BOND},
	  {"ifcfg-eth1", "DEVICE=eth1\nHWADDR=52:54:00:00:00:01\nMASTER=bond0\nSLAVE=yes\n"},
	  {"ifcfg-eth2", "DEVICE=eth2\nMASTER=bond0\nSLAVE=no\n"},
	  {"ifcfg-eth3", "MASTER=bond0 SLAVE=Y ONBOOT=no\n"}},
	 "bond0 bond 802.3ad layer2 miimon 100\n"
	 "bond0 members eth0 eth1=52:54:00:00:00:01 eth3\n",
	 "MASTER=bond0 without SLAVE=yes"},
	{"addresses by number",
	 {{"ifcfg-bond0", BOND "IPADDR=10.0.0.1\nPREFIX=24\nIPADDR1=10.0.1.1\n"
			       "NETMASK1=255.255.0.0\nIPADDR2=10.0.2.1\nPREFIX2=25\n"
			       "NETMASK2=255.0.0.0\nIPADDR4=10.0.4.1\nPREFIX4=24\n"}},
	 MADE "bond0 address 10.0.0.1/24\nbond0 address 10.0.1.1/16\n"
	      "bond0 address 10.0.2.1/25\n",
	 "IPADDR4 is not used"},
	{"addresses nobody is asked about",
	 {{"ifcfg-bond0", BOND "IPADDR=10.0.0.1\nPREFIX=24\nARPCHECK=no\nIPADDR1=10.0.1.1\n"
			       "PREFIX1=24\nIPADDR2=10.0.2.1\nPREFIX2=24\nARPCHECK2=OFF\n"}},
	 MADE "bond0 address 10.0.0.1/24 unchecked\nbond0 address 10.0.1.1/24\n"
	      "bond0 address 10.0.2.1/24 unchecked\n",
	 NULL},
	{"where replies come from",
	 {{"ifcfg-bond0", STATIC "GATEWAY=192.168.1.1\nIPADDR1=192.168.1.11\nPREFIX1=24\n"
				 "SRCADDR=192.168.1.11\n"}},
	 ADDRESSED "bond0 address 192.168.1.11/24\n"
		   "bond0 route default via 192.168.1.1 src 192.168.1.11\n",
	 NULL},
	{"a NETWORK that isn't the address's",
	 {{"ifcfg-bond0", STATIC "GATEWAY=192.168.1.1\nNETWORK=192.168.0.0\n"}},
	 ADDRESSED,
	 "or in NETWORK"},
	{"an alias's default route",
	 {{"ifcfg-bond0", STATIC "GATEWAY=192.168.1.1\nMETRIC=5\n"},
	  {"ifcfg-bond0:1", "IPADDR=10.2.0.1\nPREFIX=16\nGATEWAY=10.2.0.254\n"}},
	 ADDRESSED "bond0 address 10.2.0.1/16\nbond0 route default via 10.2.0.254\n",
	 NULL},
	{"an alias without",
	 {{"ifcfg-bond0", STATIC "GATEWAY=192.168.1.1\nNO_ALIASROUTING=yes\n"},
	  {"ifcfg-bond0:1", "IPADDR=10.2.0.1\nPREFIX=16\nGATEWAY=10.2.0.254\n"}},
	 ADDRESSED "bond0 address 10.2.0.1/16\nbond0 route default via 192.168.1.1\n",
	 NULL},
	{"a client that is told much",
	 {{"ifcfg-bond0",
	   BOND "BOOTPROTO=bootp\nPERSISTENT_DHCLIENT=1\nDHCPRELEASE=yes\nPEERDNS=no\n"
		"DHCP_HOSTNAME=storage-7\nIPADDR=10.0.0.1\nDHCPV6C=yes\n"
		"PERSISTENT_DHCLIENT_IPV6=yes\nIPV6_AUTOCONF=no\n"}},
	 MADE "bond0 bootp persistent release nodns storage-7\nbond0 dhcpv6 persistent\n"
	      "bond0 noautoconf\n",
	 NULL},
	{"a name that would be an option",
	 {{"ifcfg-bond0", BOND "BOOTPROTO=dhcp\nDHCP_HOSTNAME='-x y'\n"}},
	 MADE "bond0 dhcp\n",
	 "DHCP_HOSTNAME '-x y' is not used"},
	{"no IPv6",
	 {{"ifcfg-bond0", BOND "IPV6INIT=no\nIPV6_DEFAULTGW=2001:db8::1\n"}},
	 MADE "bond0 noautoconf\n",
	 NULL},
	{"a default route's metric and window",
	 {{"ifcfg-bond0", STATIC "GATEWAY=192.168.1.1\nMETRIC=77\nWINDOW=4000\n"}},
	 ADDRESSED "bond0 route default via 192.168.1.1 metric 77 window 4000\n",
	 NULL},
	{"a gateway elsewhere",
	 {{"ifcfg-bond0", STATIC "GATEWAY=192.168.2.1\n"}},
	 ADDRESSED,
	 "not in the network of the first address"},
	{"a default route over the interface",
	 {{"ifcfg-bond0", STATIC "GATEWAYDEV=bond0\n"}},
	 ADDRESSED "bond0 route default\n",
	 NULL},
	{"two files with a gateway: the last is brought up last",
	 {{"ifcfg-bond0", STATIC "GATEWAY=192.168.1.1\n"},
	  {"ifcfg-bond0.5", "VLAN=yes\nIPADDR=10.5.0.2\nPREFIX=24\nGATEWAY=10.5.0.1\n"}},
	 ADDRESSED "bond0.5 vlan 5 on bond0\nbond0.5 address 10.5.0.2/24\n"
		   "bond0.5 route default via 10.5.0.1\n",
	 "that of 'bond0.5' (ifcfg-bond0.5:4) goes to the same destination and replaces it"},
	{"VLAN interfaces by all forms of names",
	 {{"ifcfg-bond0", BOND "MTU=9000\n"},
	  {"ifcfg-bond0.652", "VLAN=yes\nMTU=1500\nIPADDR=10.6.0.1\nPREFIX=24\n"},
	  {"ifcfg-vlan0653", "VLAN=yes\nPHYSDEV=bond0\n"},
	  {"ifcfg-storage", "VLAN=yes\nVID=654\nPHYSDEV=bond0\nONBOOT=no\n"},
	  {"ifcfg-bond0.7.8", "VLAN=yes\n"}},
	 "bond0 bond 802.3ad layer2 miimon 100 mtu 9000\nbond0 members eth0\n"
	 "bond0.652 vlan 652 on bond0 mtu 1500\nbond0.652 address 10.6.0.1/24\n"
	 "vlan0653 vlan 653 on bond0\nstorage vlan 654 on bond0 down\n"
	 "bond0.7.8 vlan 8 on NIC bond0.7\n",
	 "did you mean 'bond0'?"},
	{"VLAN interfaces of a NIC by all forms",
	 {{"ifcfg-bond0", BOND},
	  {"ifcfg-eth5", "DEVICE=eth5\nHWADDR=52:54:00:00:00:05\n"},
	  {"ifcfg-eth5.6", "VLAN=yes\n"},
	  {"ifcfg-vlan7", "VLAN=yes\nPHYSDEV=eth5\n"},
	  {"ifcfg-dmz", "VLAN=yes\nVID=8\nPHYSDEV=eth6\n"}},
	 MADE "eth5.6 vlan 6 on NIC eth5=52:54:00:00:00:05\n"
	      "vlan7 vlan 7 on NIC eth5=52:54:00:00:00:05\ndmz vlan 8 on NIC eth6\n",
	 NULL},
	{"aliases and ranges",
	 {{"ifcfg-bond0", STATIC},
	  {"ifcfg-bond0:1", "IPADDR=192.168.1.11\n"},
	  {"ifcfg-bond0:2", "IPADDR=10.2.0.1\nPREFIX=16\nARPCHECK=no\n"},
	  {"ifcfg-bond0:3", "IPADDR=10.3.0.1\nPREFIX=16\nONPARENT=no\n"},
	  {"ifcfg-bond0-range0", "IPADDR_START=192.168.1.20\nIPADDR_END=192.168.1.22\n"}},
	 ADDRESSED "bond0 address 192.168.1.11/24\nbond0 address 10.2.0.1/16 unchecked\n"
		   "bond0 address 192.168.1.20/24\nbond0 address 192.168.1.21/24\n"
		   "bond0 address 192.168.1.22/24\n",
	 NULL},
};

static const struct ifup_case routes[] = {
	{"keys to the first hole",
	 {{"ifcfg-bond0", STATIC},
	  {"route-bond0", "# by hand\nADDRESS0=10.1.0.0\nNETMASK0=255.255.0.0\n"
			  "GATEWAY0=192.168.1.1\nADDRESS1='10.2.0.0'\nNETMASK1=16\n"
			  "ADDRESS3=10.3.0.0\nNETMASK3=255.255.0.0\n"}},
	 ADDRESSED "bond0 route 10.1.0.0/16 via 192.168.1.1 dev bond0\n"
		   "bond0 route 10.2.0.0/16\n",
	 "ADDRESS3 is not used"},
	{"keys that begin too late",
	 {{"ifcfg-bond0", STATIC},
	  {"route-bond0", "ADDRESS1=10.1.0.0\nNETMASK1=255.255.0.0\n"}},
	 ADDRESSED,
	 "ADDRESS1 is not used"},
	{"keys by the shell",
	 {{"ifcfg-bond0", STATIC},
	  {"route-bond0", "NET=10.1\nexport ADDRESS0=$NET.0.0 NETMASK0=255.255.0.0\n"
			  " ADDRESS1=$NET.0.0; NETMASK1=255.255.128.0\n"}},
	 ADDRESSED "bond0 route 10.1.0.0/16\nbond0 route 10.1.0.0/17\n",
	 NULL},
	{"a default route by keys replaces GATEWAY's",
	 {{"ifcfg-bond0", STATIC "GATEWAY=192.168.1.1\n"},
	  {"route-bond0", "ADDRESS0=0.0.0.0\nNETMASK0=0.0.0.0\nGATEWAY0=192.168.1.2\n"}},
	 ADDRESSED "bond0 route default via 192.168.1.2 dev bond0\n",
	 "goes to the same destination and replaces it"},
	{"a host's bits",
	 {{"ifcfg-bond0", STATIC},
	  {"route-bond0", "ADDRESS0=10.1.2.3\nNETMASK0=255.255.0.0\nADDRESS1=10.2.0.0\n"
			  "NETMASK1=255.255.0.0\n"}},
	 ADDRESSED "bond0 route 10.2.0.0/16\n",
	 "has bits behind its prefix; expected 10.1.0.0 for /16"},
	{"a mask with gaps",
	 {{"ifcfg-bond0", STATIC},
	  {"route-bond0", "ADDRESS0=10.0.0.0\nNETMASK0=255.0.255.0\n"}},
	 ADDRESSED,
	 "NETMASK0 '255.0.255.0' is no network mask"},
	{"lines of ip",
	 {{"ifcfg-bond0", STATIC},
	  {"route-bond0",
	   "\n  # a comment\n10.1.0.0/16 via 192.168.1.1\n"
	   "to 10.2/16 via 192.168.1.1 dev bond0 metric 0x10 mtu lock 1400\n"
	   "\tdefault via 192.168.1.1 table 100 src 192.168.1.10\n"
	   "10.3.0.0/255.255.0.0 dev bond0 scope host proto static tos 10\n"
	   "blackhole 10.4.0.0/16\nunr 10.5.0.0/16\nthrow 10.6.0.0/16 tab 5\n"
	   "local 10.7.0.0/16 dev bond0\n10.8.0.1 via 192.168.1.1 onlink dev bond0"}},
	 ADDRESSED "bond0 route 10.1.0.0/16 via 192.168.1.1\n"
		   "bond0 route 10.2.0.0/16 via 192.168.1.1 dev bond0 metric 16 mtu lock 1400\n"
		   "bond0 route default via 192.168.1.1 table 100 src 192.168.1.10\n"
		   "bond0 route 10.3.0.0/16 tos 0x10 scope 254 proto 4\n"
		   "bond0 route blackhole 10.4.0.0/16\nbond0 route unreachable 10.5.0.0/16\n"
		   "bond0 route throw 10.6.0.0/16 table 5\n"
		   "bond0 route local 10.7.0.0/16 table 255\n"
		   "bond0 route 10.8.0.1/32 via 192.168.1.1 dev bond0 onlink\n",
	 NULL},
	{"a line that goes on",
	 {{"ifcfg-bond0", STATIC},
	  {"route-bond0", "10.1.0.0/16 \\\n  via 192.168.1.1\\\n metric 5\n"
			  "10.2.0.0/16 via 192.168.1.1\n"}},
	 ADDRESSED "bond0 route 10.1.0.0/16 via 192.168.1.1 metric 5\n"
		   "bond0 route 10.2.0.0/16 via 192.168.1.1\n",
	 NULL},
	{"several ways",
	 {{"ifcfg-bond0", STATIC},
	  {"route-bond0",
	   "10.1.0.0/16 nexthop via 192.168.1.1 weight 3 "
	   "nexthop dev ppp0 weight 1 nexthop via 192.168.1.2 dev bond0 onlink\n"}},
	 ADDRESSED
	 "bond0 route 10.1.0.0/16 scope 0 nexthop via 192.168.1.1 weight 3 "
	 "nexthop dev ppp0 weight 1 nexthop via 192.168.1.2 dev bond0 weight 1 onlink\n",
	 NULL},
	{"IPv4 by an IPv6 gateway",
	 {{"ifcfg-bond0", STATIC},
	  {"route-bond0", "10.1.0.0/16 via inet6 fe80::1 dev bond0\n"}},
	 ADDRESSED "bond0 route 10.1.0.0/16 via inet6 fe80::1 dev bond0\n",
	 NULL},
	{"a gateway that another interface has",
	 {{"ifcfg-bond0", STATIC},
	  {"ifcfg-bond0.5", "VLAN=yes\nIPADDR=10.5.0.2\nPREFIX=24\n"},
	  {"route-bond0", "10.9.0.0/16 via 10.5.0.1\n10.10.0.0/16 via 172.16.0.1\n"}},
	 ADDRESSED "bond0 route 10.9.0.0/16 via 10.5.0.1 dev bond0.5\n"
		   "bond0 route 10.10.0.0/16 via 172.16.0.1\n"
		   "bond0.5 vlan 5 on bond0\nbond0.5 address 10.5.0.2/24\n",
	 NULL},
	{"the same destination twice: the last counts",
	 {{"ifcfg-bond0", STATIC},
	  {"route-bond0", "10.1.0.0/16 via 192.168.1.1\n10.1.0.0/16 via 192.168.1.2\n"}},
	 ADDRESSED "bond0 route 10.1.0.0/16 via 192.168.1.2\n",
	 "that of 'bond0' (route-bond0:2) goes to the same destination and replaces it"},
	{"but not with another metric",
	 {{"ifcfg-bond0", STATIC},
	  {"route-bond0",
	   "10.1.0.0/16 via 192.168.1.1\n10.1.0.0/16 via 192.168.1.2 metric 5\n"}},
	 ADDRESSED "bond0 route 10.1.0.0/16 via 192.168.1.1\n"
		   "bond0 route 10.1.0.0/16 via 192.168.1.2 metric 5\n",
	 NULL},
	{"what the address makes",
	 {{"ifcfg-bond0", STATIC}, {"route-bond0", "192.168.1.0/24 dev bond0\n"}},
	 ADDRESSED,
	 "the address 192.168.1.10/24 of 'bond0' makes it"},
	{"files by the name of the interface's file",
	 {{"ifcfg-uplink", STATIC},
	  {"route-uplink", "10.1.0.0/16 via 192.168.1.1\n"},
	  {"route6-bond0", "2001:db8:1::/48 via 2001:db8::1\n"}},
	 ADDRESSED "bond0 route 10.1.0.0/16 via 192.168.1.1\n"
		   "bond0 route6 2001:db8:1::/48 via 2001:db8::1\n",
	 NULL},
	{"routes that are not to be set",
	 {{"ifcfg-bond0", STATIC "NOROUTESET=yes\n"},
	  {"route-bond0", "10.1.0.0/16 via 192.168.1.1\n"}},
	 ADDRESSED,
	 "NOROUTESET is yes"},
	{"of an interface that is none of ours",
	 {{"ifcfg-bond0", STATIC}, {"route-eth7", "what is this\n"}},
	 ADDRESSED,
	 NULL},
	{"rules",
	 {{"ifcfg-bond0", STATIC},
	  {"rule-bond0",
	   "from 192.168.1.0/24 table 100 priority 1000\n"
	   "to 10.0.0.0/8 iif bond0 lookup main pref 1001\n"
	   "not fwmark 0x10/0xf0 order 1002 unreachable\n"
	   "from all tos 0x10 oif bond0 goto 2000 pref 1003\n"
	   "ipproto tcp sport 80 dport 1000-2000 uidrange 0-99 tab 7 proto static\n"
	   "# no more\n"},
	  {"rule6-bond0", "from 2001:db8::/32 table 100\ntable main suppress_p 0\n"}},
	 ADDRESSED "bond0 rule from 192.168.1.0/24 priority 1000 lookup 100\n"
		   "bond0 rule from all to 10.0.0.0/8 iif bond0 priority 1001 lookup 254\n"
		   "bond0 rule not from all fwmark 0x10/0xf0 priority 1002 unreachable\n"
		   "bond0 rule from all tos 0x10 oif bond0 priority 1003 goto 2000\n"
		   "bond0 rule from all uidrange 0-99 ipproto 6 sport 80 dport 1000-2000 "
		   "lookup 7 protocol 4\n"
		   "bond0 rule6 from 2001:db8::/32 lookup 100\n"
		   "bond0 rule6 from all lookup 254 suppress_prefixlength 0\n",
	 NULL},
	{"a rule twice",
	 {{"ifcfg-bond0", STATIC},
	  {"ifcfg-bond0.5", "VLAN=yes\n"},
	  {"rule-bond0", "from 10.0.0.0/8 table 5\n"},
	  {"rule-bond0.5", "table 5 from 10.0.0.0/8\n"}},
	 ADDRESSED "bond0 rule from 10.0.0.0/8 lookup 5\nbond0.5 vlan 5 on bond0\n",
	 "repeats that of 'bond0' (rule-bond0:1)"},
};

#include "tests/unit/ifcfg_ifup_networks.h"

static void case_check(const struct ifup_case *ifup)
{
	struct file files[FILES_MAX + 2] = {{NULL, NULL}};
	size_t count = 0;

	for (; count < FILES_MAX && ifup->files[count].path; count++) {
		files[count] = ifup->files[count];
	}
	files[count] = (struct file){"ifcfg-eth0", "DEVICE=eth0\nMASTER=bond0\nSLAVE=yes\n"};
	/* In the order of a folder: eth0's before those of other members. */
	for (; count > 1 && strcmp(files[count - 1].path, files[count].path) > 0; count--) {
		struct file other = files[count - 1];
		files[count - 1] = files[count];
		files[count] = other;
	}

	struct made made = make(files);
	char *words = words_of(made.model);
	bool said = !ifup->says && made.problems.count == 0;
	for (size_t i = 0; ifup->says && i < made.problems.count; i++) {
		said |= strstr(made.problems.list[i].text, ifup->says) != NULL;
	}
	if (strcmp(words, ifup->expected) != 0 || !said) {
		fail_msg("%s:\n%sexpected:\n%s%s", ifup->what, words, ifup->expected,
			 made.problems.count ? made.problems.list[0].text : "");
	}
	free(words);
	made_free(&made);
}

static void test_documents(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
		case_check(&documents[i]);
	}
}

static void test_interfaces(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(interfaces) / sizeof(interfaces[0]); i++) {
		case_check(&interfaces[i]);
	}
}

static void test_routes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		case_check(&routes[i]);
	}
}

static void test_networks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(networks) / sizeof(networks[0]); i++) {
		case_check(&networks[i]);
	}
}

/* Bonds of 1 to 8 members, a VLAN interface each of the three forms, an alias, routes. */
static void test_sizes(void **state)
{
	static const char *const members[] = {
		"ifcfg-eth0", "ifcfg-eth1", "ifcfg-eth2", "ifcfg-eth3",
		"ifcfg-eth4", "ifcfg-eth5", "ifcfg-eth6", "ifcfg-eth7",
	};

	(void)state;
	for (size_t size = 1; size <= 8; size++) {
		struct file files[] = {
			{"ifcfg-bond0", STATIC "GATEWAY=192.168.1.1\n"},
			{"ifcfg-bond0.5", "VLAN=yes\nIPADDR=10.5.0.1\nPREFIX=24\n"},
			{"ifcfg-bond0:1", "IPADDR=192.168.1.11\n"},
			{"ifcfg-lan", "VLAN=yes\nVID=6\nPHYSDEV=bond0\n"},
			{"ifcfg-vlan7", "VLAN=yes\nPHYSDEV=bond0\n"},
			{"route-bond0.5", "10.50.0.0/16 via 10.5.0.254\n"},
			{"rule-bond0.5", "from 10.5.0.0/24 table 5\n"},
			{NULL, NULL},
			{NULL, NULL},
			{NULL, NULL},
			{NULL, NULL},
			{NULL, NULL},
			{NULL, NULL},
			{NULL, NULL},
			{NULL, NULL},
			{NULL, NULL},
		};
		char expected[1024] = "bond0 bond 802.3ad layer2 miimon 100\nbond0 members";
		for (size_t i = 0; i < size; i++) {
			files[7 + i] = (struct file){members[i], "MASTER=bond0\nSLAVE=yes\n"};
			strcat(expected, " ");
			strcat(expected, members[i] + strlen("ifcfg-"));
		}
		strcat(expected, "\nbond0 address 192.168.1.10/24\n"
				 "bond0 address 192.168.1.11/24\n"
				 "bond0 route default via 192.168.1.1\n"
				 "bond0.5 vlan 5 on bond0\nbond0.5 address 10.5.0.1/24\n"
				 "bond0.5 route 10.50.0.0/16 via 10.5.0.254\n"
				 "bond0.5 rule from 10.5.0.0/24 lookup 5\n"
				 "lan vlan 6 on bond0\nvlan7 vlan 7 on bond0\n");
		struct made made = make(files);
		char *words = words_of(made.model);
		assert_string_equal(words, expected);
		assert_int_equal(made.problems.count, 0);
		free(words);
		made_free(&made);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_documents), cmocka_unit_test(test_interfaces),
		cmocka_unit_test(test_routes),	  cmocka_unit_test(test_networks),
		cmocka_unit_test(test_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
