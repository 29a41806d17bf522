"""Words of rights, of the log, and of where values come from, as people read them."""

from typing import Final

from archsearch.domain.access import Role
from archsearch.domain.audit import Action, Outcome
from archsearch.domain.policy import Errand, Ground, Place, Right

ROLES: Final = {
    Role.ADMINISTRATOR.value: "管理员",
    Role.MANAGER.value: "部门经理",
    Role.EMPLOYEE.value: "员工",
    Role.AUDITOR.value: "审计员",
    Role.PROGRAM.value: "程序账号",
}

RIGHTS: Final = {
    Right.READ.value: "读",
    Right.CREATE.value: "建",
    Right.CHANGE.value: "改",
    Right.CHANGE_FROZEN.value: "改冻结的",
    Right.DELETE.value: "删",
    Right.APPROVE.value: "批调阅",
    Right.EXPORT.value: "导出",
    Right.REVEAL.value: "显示敏感字段",
    Right.DESTROY.value: "销毁",
    Right.SCREEN.value: "名单比对",
    Right.DUPLICATES.value: "查重",
    Right.USERS.value: "管理用户",
    Right.DEPARTMENTS.value: "管理部门",
    Right.DICTIONARY.value: "管理词典",
    Right.INDEX.value: "管理索引",
    Right.LOG.value: "查看日志",
    Right.LOG_KEY.value: "取出日志密钥",
    Right.KEYS.value: "管理密钥",
    Right.EXAMINE.value: "体检",
    Right.RULES.value: "查看权限规则",
    Right.EXPLAIN.value: "解释权限",
}

ERRANDS: Final = {
    Errand.PROPOSE.value: "申请修改",
    Errand.BORROW.value: "申请调阅",
}
"""What a token may be good for besides rights."""

PLACES: Final = {
    Place.ALL.value: "全部",
    Place.DEPARTMENTS.value: "本部门及下级",
    Place.OWN.value: "本人建立",
    Place.GRANTED.value: "授权",
}

GROUNDS: Final = {
    Ground.ALL.value: "该角色对全部档案都可以",
    Ground.OWN.value: "档案是本人建立的",
    Ground.DEPARTMENTS.value: "档案在本人的部门或下级部门",
    Ground.GRANTED.value: "有授权",
    Ground.OPERATION.value: "该角色可以",
    Ground.NO_RULE.value: "没有规则允许",
    Ground.CLEARANCE.value: "密级高于本人的权限，规则和授权都不能放宽",
    Ground.NO_DEPARTMENT.value: "不属于任何部门",
    Ground.ELSEWHERE.value: "档案不在规则所写的范围内",
    Ground.DISABLED.value: "用户已停用",
    Ground.LIMITED.value: "所用的令牌或会话没有这项权限",
}

ACTIONS: Final = {
    Action.INIT.value: "新建工作区",
    Action.INGEST.value: "录入",
    Action.CREATE.value: "建档",
    Action.CHANGE.value: "修改",
    Action.DELETE.value: "删除",
    Action.RESTORE.value: "恢复",
    Action.PROPOSE.value: "申请修改",
    Action.PROPOSAL_READ.value: "查看修改申请",
    Action.PROPOSAL_ACCEPT.value: "采纳修改",
    Action.PROPOSAL_REFUSE.value: "退回修改",
    Action.PROPOSAL_WITHDRAW.value: "撤回修改申请",
    Action.SEARCH.value: "检索",
    Action.SUGGEST.value: "补全",
    Action.MATCH.value: "比对",
    Action.MATCH_READ.value: "查看比对结果",
    Action.MATCH_DECIDE.value: "比对决定",
    Action.MATCH_EXPORT.value: "下载比对结果",
    Action.DUPLICATES.value: "查重",
    Action.OVERVIEW.value: "查看概览",
    Action.SAVED_READ.value: "查看保存的检索",
    Action.SAVED_LOOK.value: "打开保存的检索",
    Action.SAVED_ADD.value: "保存检索",
    Action.SAVED_CHANGE.value: "修改保存的检索",
    Action.SAVED_REMOVE.value: "删除保存的检索",
    Action.SHOW.value: "查看",
    Action.HISTORY.value: "查看历史",
    Action.EXPORT.value: "导出",
    Action.REVEAL.value: "查看原文",
    Action.ATTACHMENT.value: "取出扫描件",
    Action.INBOX_LIST.value: "查看收件夹",
    Action.INBOX_RETRY.value: "重新处理收件",
    Action.INBOX_RETURN.value: "退回收件",
    Action.INBOX_MEND.value: "补录收件",
    Action.INBOX_LOOK.value: "预览收件",
    Action.GRANT.value: "授权",
    Action.REVOKE.value: "收回授权",
    Action.BORROW_REQUEST.value: "申请调阅",
    Action.BORROW_FIND.value: "查询可否调阅",
    Action.BORROW_READ.value: "查看调阅申请",
    Action.BORROW_APPROVE.value: "批准调阅",
    Action.BORROW_REFUSE.value: "退回调阅",
    Action.BORROW_WITHDRAW.value: "撤回调阅",
    Action.BORROW_RENEW.value: "申请续借",
    Action.BORROW_RETURN.value: "归还",
    Action.BORROW_REVOKE.value: "收回调阅",
    Action.LOGIN.value: "登录",
    Action.LOGIN_WAIT.value: "登录须等待",
    Action.LOGIN_UNLOCK.value: "解除登录限制",
    Action.LOGOUT.value: "退出",
    Action.SESSION_LIST.value: "查看会话",
    Action.SESSION_END.value: "结束会话",
    Action.PASSWORD.value: "设置密码",
    Action.SECOND_FACTOR.value: "设置动态验证码",
    Action.TOKEN_ADD.value: "建立令牌",
    Action.TOKEN_LIST.value: "查看令牌",
    Action.TOKEN_REVOKE.value: "吊销令牌",
    Action.TOKEN_USE.value: "使用令牌",
    Action.USER_LIST.value: "列出用户",
    Action.USER_SHOW.value: "查看用户",
    Action.USER_ADD.value: "添加用户",
    Action.USER_CHANGE.value: "修改用户",
    Action.DEPARTMENT_ADD.value: "建立部门",
    Action.DEPARTMENT_LIST.value: "列出部门",
    Action.DICTIONARY_LIST.value: "列出词典",
    Action.DICTIONARY_ADD.value: "加入词典",
    Action.DICTIONARY_REMOVE.value: "移出词典",
    Action.INDEX_REBUILD.value: "重建索引",
    Action.INDEX_PURGE.value: "清除索引",
    Action.INDEX_VERIFY.value: "核对索引",
    Action.AUDIT_READ.value: "查看日志",
    Action.AUDIT_VERIFY.value: "验证日志",
    Action.AUDIT_KEY.value: "取出日志密钥",
    Action.AUDIT_REPLAY.value: "重演检索",
    Action.KEY_READ.value: "查看密钥状况",
    Action.KEY_ROTATE.value: "更换密钥",
    Action.CONFIGURE.value: "修改设置",
    Action.POLICY_SHOW.value: "查看权限规则",
    Action.POLICY_CHECK.value: "解释权限",
    Action.POLICY_DIFF.value: "比较权限规则",
    Action.POLICY_PAST.value: "查询当时的权限",
    Action.UPGRADE.value: "升级",
}
OUTCOMES: Final = {
    Outcome.DONE.value: "完成",
    Outcome.DENIED.value: "拒绝",
    Outcome.FAILED.value: "失败",
}

ORIGINS: Final = {
    "derived": "推算",
    "default": "默认",
    "file_name": "取自文件名",
    "folder": "取自文件夹",
}
"""Where values come from that nobody gave."""
