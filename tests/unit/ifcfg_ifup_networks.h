/* SPDX-License-Identifier: BSD-2-Clause */
/* The cases of test_ifcfg_ifup.c, which has the struct and the macros, that have the file
 * "network". */
#ifndef TESTS_UNIT_IFCFG_IFUP_NETWORKS_H
#define TESTS_UNIT_IFCFG_IFUP_NETWORKS_H

/* /etc/sysconfig/network, which ifup sources before an interface's file. */
static const struct ifup_case networks[] = {
	{"a gateway that stands only there",
	 {{"ifcfg-bond0", STATIC},
	  {"network", "NETWORKING=yes\nHOSTNAME=host.example.com\nNOZEROCONF=yes\n"
		      "GATEWAY=192.168.1.1\n"}},
	 ADDRESSED "bond0 route default via 192.168.1.1\n",
	 NULL},
	{"a file's own counts more",
	 {{"ifcfg-bond0", STATIC "GATEWAY=192.168.1.2\n"},
	  {"network", "GATEWAY=192.168.1.1\n"}},
	 ADDRESSED "bond0 route default via 192.168.1.2\n",
	 NULL},
	{"even if it is none",
	 {{"ifcfg-bond0", STATIC "GATEWAY=\n"}, {"network", "GATEWAY=192.168.1.1\n"}},
	 ADDRESSED,
	 NULL},
	{"of all interfaces the one whose network it is in has it",
	 {{"ifcfg-bond0", STATIC},
	  {"ifcfg-bond0.5", "VLAN=yes\nIPADDR=10.5.0.2\nPREFIX=24\n"},
	  {"ifcfg-bond0.6", "VLAN=yes\nBOOTPROTO=dhcp\n"},
	  {"network", "GATEWAY=10.5.0.1\n"}},
	 ADDRESSED
	 "bond0.5 vlan 5 on bond0\nbond0.5 address 10.5.0.2/24\n"
	 "bond0.5 route default via 10.5.0.1\nbond0.6 vlan 6 on bond0\nbond0.6 dhcp\n",
	 NULL},
	{"of several gateways that of the device",
	 {{"ifcfg-bond0", STATIC "GATEWAY=192.168.1.1\n"},
	  {"ifcfg-bond0.5", "VLAN=yes\nIPADDR=10.5.0.2\nPREFIX=24\nGATEWAY=10.5.0.1\n"},
	  {"network", "GATEWAYDEV=bond0\n"}},
	 ADDRESSED "bond0 route default via 192.168.1.1\n"
		   "bond0.5 vlan 5 on bond0\nbond0.5 address 10.5.0.2/24\n",
	 NULL},
	{"the device alone",
	 {{"ifcfg-bond0", STATIC}, {"network", "GATEWAYDEV=bond0\n"}},
	 ADDRESSED "bond0 route default\n",
	 NULL},
	{"but not without an address",
	 {{"ifcfg-bond0", BOND}, {"network", "GATEWAYDEV=bond0\n"}},
	 MADE,
	 NULL},
	{"whatever else ifup would find set",
	 {{"ifcfg-bond0", STATIC "GATEWAY=192.168.1.1\n"},
	  {"network", "METRIC=7\nMTU=9000\nIPV6INIT=no\nARPCHECK=no\n"}},
	 "bond0 bond 802.3ad layer2 miimon 100 mtu 9000\nbond0 members eth0\n"
	 "bond0 address 192.168.1.10/24 unchecked\nbond0 noautoconf\n"
	 "bond0 route default via 192.168.1.1 metric 7\n",
	 NULL},
	{"a server's default route, of one interface only",
	 {{"ifcfg-bond0", BOND "BOOTPROTO=dhcp\nMETRIC=5\n"},
	  {"ifcfg-bond0.5", "VLAN=yes\nBOOTPROTO=dhcp\n"},
	  {"ifcfg-bond0.6", "VLAN=yes\nBOOTPROTO=dhcp\nGATEWAYDEV=\nDEFROUTE=no\n"},
	  {"network", "GATEWAYDEV=bond0\n"}},
	 MADE "bond0 dhcp metric 5\nbond0.5 vlan 5 on bond0\nbond0.5 dhcp nodefault\n"
	      "bond0.6 vlan 6 on bond0\nbond0.6 dhcp nodefault\n",
	 NULL},
	{"no default route at all",
	 {{"ifcfg-bond0", STATIC "GATEWAY=192.168.1.1\n"}, {"network", "DEFROUTE=no\n"}},
	 ADDRESSED,
	 NULL},
	{"IPv6's gateway, where it can be reached",
	 {{"ifcfg-bond0", BOND "IPV6ADDR=2001:db8::2/64\n"},
	  {"ifcfg-bond0.5", "VLAN=yes\nIPV6ADDR=2001:db8:5::2/64\n"},
	  {"network", "IPV6_DEFAULTGW=2001:db8:5::1\n"}},
	 MADE "bond0 address 2001:db8::2/64\n"
	      "bond0.5 vlan 5 on bond0\nbond0.5 address 2001:db8:5::2/64\n"
	      "bond0.5 route6 default via 2001:db8:5::1 metric 1\n",
	 NULL},
	{"IPv6's gateway and its interface",
	 {{"ifcfg-bond0", BOND},
	  {"ifcfg-bond0.5", "VLAN=yes\n"},
	  {"network", "IPV6_DEFAULTGW=fe80::1%bond0.5\nIPV6_DEFAULTDEV=bond0\n"}},
	 MADE "bond0.5 vlan 5 on bond0\nbond0.5 route6 default via fe80::1 metric 1\n",
	 NULL},
	{"VLAN interfaces by it",
	 {{"ifcfg-bond0", BOND},
	  {"ifcfg-bond0.5", "ONBOOT=yes\n"},
	  {"ifcfg-vlan6", "PHYSDEV=bond0\n"},
	  {"network", "VLAN=yes\n"}},
	 MADE "bond0.5 vlan 5 on bond0\nvlan6 vlan 6 on bond0\n",
	 NULL},
	{"what can't be meant for all",
	 {{"ifcfg-bond0", STATIC}, {"network", "IPADDR1=10.0.0.1\nGATEWAY=192.168.1.1\n"}},
	 ADDRESSED "bond0 route default via 192.168.1.1\n",
	 "IPADDR1 is not used here"},
	{"code, which is not run",
	 {{"ifcfg-bond0", STATIC}, {"network", "GATEWAY=192.168.1.1\nHOSTNAME=$(hostname)\n"}},
	 ADDRESSED,
	 "nothing is run from here"},
};

#endif
